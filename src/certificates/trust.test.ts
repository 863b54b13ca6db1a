import { beforeAll, expect, test } from 'vitest'
import { authorityWith, base64, born, issuerAt, operatorsData, secretOf, usable, usersAuthorityPem, usersData } from '../../test/pairs.ts'
import { readerOf } from '../../test/reader.ts'
import { type Authority, managedAuthority } from './authority.ts'
import { systemRoots, trustedBundle } from './bundle.ts'
import { readAuthority, readEntry, readTyphaAuthority } from './trust.ts'

const operatorNamespace = 'tigera-operator'
const day = 86_400_000
const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: operatorNamespace } }

let authority: Authority
beforeAll(async () => {
  authority = await authorityWith()
})

const management = { caCert: base64(usersAuthorityPem), signerName: 'example.com/signer' }

test('everybody but one waits for the authority, and says who makes it', async () => {
  const { authority: none, waiting } = await readAuthority(readerOf([space]), issuerAt(born), { operatorNamespace })
  expect(none).toBeUndefined()
  expect(waiting?.problems).toEqual([
    {
      reason: 'ResourceCreateError',
      message: 'it does not exist yet; the controller of the Installation makes it',
      object: { apiVersion: 'v1', kind: 'Secret', name: 'tigera-ca-private', namespace: operatorNamespace },
      remedy: 'See TigeraStatus calico for what it waits for',
    },
  ])
})

test('where its namespace is gone, that is what is waited for', async () => {
  const { waiting } = await readAuthority(readerOf([]), issuerAt(born), { operatorNamespace })
  expect(waiting?.message).toContain(`Namespace ${operatorNamespace}: it is not there`)
})

test('the one that creates it offers the same Secret until it is stored, then keeps it', async () => {
  const issuer = issuerAt(born)
  const options = { operatorNamespace, create: true }
  const first = await readAuthority(readerOf([]), issuer, options)
  expect((await readAuthority(readerOf([]), issuer, options)).object).toEqual(first.object)
  const stored = await readAuthority(readerOf([first.object!]), issuer, options)
  expect(stored.object).toEqual(first.object)
  expect(stored.authority?.keyId).toBe(first.authority?.keyId)
  const others = await readAuthority(readerOf([first.object!]), issuer, { operatorNamespace })
  expect([others.authority?.keyId, others.object]).toEqual([first.authority?.keyId, undefined])
})

test('a Secret that lacks the key counts as none', async () => {
  const { object } = await readAuthority(readerOf([]), issuerAt(born), { operatorNamespace, create: true })
  const half = { ...object!, data: { 'tls.crt': object!.data!['tls.crt']! } }
  const { waiting } = await readAuthority(readerOf([space, half]), issuerAt(born), { operatorNamespace })
  expect(waiting?.message).toContain('does not exist yet')
})

test('an authority that cannot be used is not replaced: whoever put it there is told', async () => {
  const broken = secretOf({ 'tls.crt': base64(usersAuthorityPem), 'tls.key': base64('hello') }, { name: 'tigera-ca-private' })
  const found = await readAuthority(readerOf([broken]), issuerAt(born), { operatorNamespace, create: true })
  expect(found.object).toBeUndefined()
  expect(found.waiting?.message).toContain('its tls.key is not the private key of its tls.crt')
  expect(found.waiting?.message).toContain('delete it so that the operator makes one')
})

test('under certificate management the operator’s own authority goes', async () => {
  const found = await readAuthority(readerOf([]), issuerAt(born), { operatorNamespace, management, create: true })
  expect(found.authority?.pem).toBe(usersAuthorityPem)
  expect(found.remove).toEqual([{ apiVersion: 'v1', kind: 'Secret', name: 'tigera-ca-private', namespace: operatorNamespace }])
})

const name = { name: 'typha-certs', lookup: operatorNamespace }

test('a certificate is trusted by itself unless the authority vouches for it, it is absent, or out of date', async () => {
  const entry = async (data: Readonly<Record<string, string>> | undefined, now = born) =>
    (await readEntry(readerOf(data ? [secretOf(data)] : []), name, { authority, now }))?.pem
  const { 'tls.crt': users } = usersData
  const other = await operatorsData(await authorityWith(1))
  expect(await entry(undefined)).toBeUndefined()
  expect(await entry(await operatorsData(authority))).toBeUndefined()
  expect(await entry({ 'tls.crt': users! })).toEqual(Buffer.from(users!, 'base64'))
  expect(await entry(usersData, born + 36_600 * day)).toBeUndefined()
  expect(await entry(other)).toEqual(Buffer.from(other['tls.crt']!, 'base64'))
  expect(await entry(other, born + 800 * day)).toBeUndefined()
  expect(await entry({ 'tls.crt': base64('hello') })).toBeUndefined()
})

test('under certificate management what is absent or the operator’s counts as one more copy of the authority', async () => {
  const managed = usable(managedAuthority(management))
  const entry = async (data?: Readonly<Record<string, string>>) =>
    (await readEntry(readerOf(data ? [secretOf(data)] : []), name, { authority: managed, now: born }))?.pem
  expect(await entry()).toBe(usersAuthorityPem)
  expect(await entry(await operatorsData(authority))).toBe(usersAuthorityPem)
  expect(await entry(usersData)).toEqual(Buffer.from(usersData['tls.crt']!, 'base64'))
})

const typhaCa = (data: Record<string, string>) => [
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'typha-ca', namespace: operatorNamespace }, data },
]

test('Typha’s own authority is trusted when it is there, and a problem when it is there without one', async () => {
  expect(await readTyphaAuthority(readerOf([]), operatorNamespace)).toEqual({ problems: [] })
  const { entry } = await readTyphaAuthority(readerOf(typhaCa({ caBundle: usersAuthorityPem })), operatorNamespace)
  expect(entry).toEqual({ namespace: 'calico-system', name: 'typha-ca', pem: usersAuthorityPem })
  const { problems } = await readTyphaAuthority(readerOf(typhaCa({ 'ca.crt': usersAuthorityPem })), operatorNamespace)
  expect(problems).toMatchObject([{ reason: 'CertificateError', path: 'data.caBundle' }])
})

test('the system’s roots found in the cluster stay', () => {
  const found = (text: string) => ({
    apiVersion: 'v1' as const,
    kind: 'ConfigMap' as const,
    metadata: { name: 'b' },
    data: { 'ca-bundle.crt': text },
  })
  expect(systemRoots(found('theirs'), 'ours')).toBe('theirs')
  expect(systemRoots(found(''), 'ours')).toBe('ours')
  expect(systemRoots(undefined, 'ours')).toBe('ours')
})

test('without system roots nothing is mounted over the system’s own, and no hash speaks of them', () => {
  const made = trustedBundle({ name: 'b', namespace: 'n', operatorNamespace, authority, entries: [] })
  expect(made.bundle.mounts.map(({ mountPath }) => mountPath)).toEqual(['/etc/pki/tls/certs'])
  expect(Object.keys(made.bundle.hashes)).toEqual(['tigera-operator.hash.operator.tigera.io/tigera-ca-private'])
})
