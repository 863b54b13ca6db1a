import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { ExtendedKeyUsage, ExtendedKeyUsageExtension, X509CertificateGenerator } from '@peculiar/x509'
import { beforeAll, describe, expect, test } from 'vitest'
import { knownKeys } from '../../test/keys.ts'
import {
  authorityWith,
  base64,
  born,
  foreignAuthorities,
  issuerAt,
  operatorsData,
  secretOf,
  typhaOptions,
  usable,
  usersData,
} from '../../test/pairs.ts'
import { readerOf } from '../../test/reader.ts'
import type { Secret } from '../kube/kinds.ts'
import { Invalid } from '../reconcile/problems.ts'
import { type Authority, ownAuthority } from './authority.ts'
import { type KeysOptions, pairOf, readKeys } from './read.ts'

const day = 86_400_000

let authority: Authority
beforeAll(async () => {
  authority = await authorityWith()
})

const read = (secrets: Secret[], now = born, more: Partial<KeysOptions<'typha-certs'>> = {}) =>
  readKeys(readerOf(secrets), issuerAt(now), { ...typhaOptions(authority), ...more })

/** What a user makes for himself, for these uses; for any when there are none. */
async function selfMade(usages: string[]): Promise<Record<string, string>> {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      ...{ name: 'CN=mine', keys: keys, signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' } },
      ...{ notBefore: new Date(born - day), notAfter: new Date(born + 100 * day) },
      extensions: usages.length > 0 ? [new ExtendedKeyUsageExtension(usages)] : [],
    },
    webcrypto as never,
  )
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return {
    'tls.crt': base64(certificate.toString('pem')),
    'tls.key': base64(`-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`),
  }
}

const decoded = (data = '') => Buffer.from(data, 'base64').toString()
const places = (objects: Secret[]) => objects.map(({ metadata }) => metadata.namespace)
const messages = ({ problems }: { problems: { message: string }[] }) => problems.map(({ message }) => message)

describe('a pair of the operator’s', () => {
  test('is issued when there is none, for the operator and for the pods, and not yet stored', async () => {
    const found = await read([])
    expect(places(found.objects)).toEqual(['tigera-operator', 'calico-system'])
    expect(found.objects[0]!.data).toEqual(found.objects[1]!.data)
    expect(found.unstored).toEqual([{ apiVersion: 'v1', kind: 'Secret', name: 'typha-certs', namespace: 'tigera-operator' }])
    expect(pairOf(found, 'typha-certs').commonName).toBe('typha-server')
    expect(found.problems).toEqual([])
  })

  test('is kept as it is stored, with all keys of its Secret', async () => {
    const data = { ...(await operatorsData(authority)), note: base64('kept') }
    const found = await read([secretOf(data)])
    expect(found.objects.map(object => object.data)).toEqual([data, data])
    expect(found.unstored).toEqual([])
    expect(found.entries).toEqual({})
    expect(found.again).toBe(day)
  })

  test('is read under the key names of older versions, which stay beside today’s', async () => {
    const { 'tls.crt': cert, 'tls.key': key } = await operatorsData(authority)
    const found = await read([secretOf({ cert: cert!, key: key! })])
    expect(found.objects[0]!.data).toEqual({ cert, key, 'tls.crt': cert, 'tls.key': key })
  })

  const replaced = async (data: Record<string, string>, now = born) => {
    const found = await read([secretOf(data)], now)
    expect(found.problems).toEqual([])
    return found.unstored.length === 1 && found.objects[0]!.data!['tls.crt'] !== data['tls.crt']
  }

  test('is renewed below thirty days, not before', async () => {
    const data = await operatorsData(authority)
    expect(await replaced(data, born + 795 * day)).toBe(false)
    expect(await replaced(data, born + 795 * day + 1000)).toBe(true)
    expect(await replaced(data, born + 900 * day)).toBe(true)
  })

  test('is asked for again when its renewal is due within a day', async () => {
    const found = await read([secretOf(await operatorsData(authority))], born + 795 * day - 5000)
    expect(found.again).toBe(5000)
  })

  test('is replaced when the clock says that it is not valid yet', async () => {
    expect(await replaced(await operatorsData(authority), born - day)).toBe(true)
  })

  test('is replaced after the authority was', async () => {
    expect(await replaced(await operatorsData(await authorityWith(1)))).toBe(true)
  })

  test('is replaced when it lacks a name, and kept when it has more', async () => {
    expect(await replaced(await operatorsData(authority, ['something-else']))).toBe(true)
    expect(await replaced(await operatorsData(authority, ['typha-server', 'and-more', '10.0.0.1']))).toBe(false)
  })

  test('is replaced when its key is another’s', async () => {
    const keys = knownKeys()
    await keys.generate()
    const { privateKeyPem } = await keys.generate()
    expect(await replaced({ ...(await operatorsData(authority)), 'tls.key': base64(privateKeyPem) })).toBe(true)
  })

  test('keeps a type that is not the usual one where it lies, because a type cannot change', async () => {
    const found = await read([secretOf(await operatorsData(authority), { type: 'kubernetes.io/tls' })])
    expect(found.objects.map(({ type }) => type)).toEqual(['kubernetes.io/tls', undefined])
  })

  test('is still the operator’s under an authority that the user named otherwise', async () => {
    const { certificate, key } = Object.values(foreignAuthorities)[0]!
    const users = usable(ownAuthority({ certificatePem: certificate, privateKeyPem: key }))
    const data = await operatorsData(users)
    const labels = { 'certificates.operator.tigera.io/signer': 'beispiel-ca' }
    const found = await read([secretOf(data, { labels })], born + 100 * day, { authority: users })
    expect(places(found.objects)).toEqual(['tigera-operator', 'calico-system'])
    expect(messages(await read([secretOf(data)], born, { authority: users }))).toEqual([expect.stringContaining('common-name')])
  })

  test('is a problem, and not made, where another controller issues it', async () => {
    const found = await read([], born, { issue: false })
    expect(found.problems).toMatchObject([{ reason: 'CertificateError', object: { name: 'typha-certs', namespace: 'tigera-operator' } }])
    expect(() => pairOf(found, 'typha-certs')).toThrow(Invalid)
  })
})

describe('a pair of the user’s', () => {
  const mine = usersData
  const notAfter = Date.parse('2126-10-28T07:06:26Z')

  test('is only copied to the pods, trusted by itself, and known by the name its Secret says', async () => {
    const found = await read([secretOf(mine)])
    expect(places(found.objects)).toEqual(['calico-system'])
    expect(found.objects[0]!.data).toEqual(mine)
    expect(found.entries['typha-certs']).toMatchObject({ namespace: 'tigera-operator', name: 'typha-certs' })
    expect(pairOf(found, 'typha-certs')).toMatchObject({ commonName: 'typha-server' })
    expect(found.warnings).toEqual([])
  })

  test('may say a URI instead of a common name', async () => {
    const { 'common-name': _, ...rest } = mine
    const found = await read([secretOf({ ...rest, 'uri-san': base64('spiffe://x/typha') })])
    expect(pairOf(found, 'typha-certs')).toMatchObject({ uriSan: 'spiffe://x/typha' })
    expect(pairOf(found, 'typha-certs').commonName).toBeUndefined()
  })

  test('is kept when it lacks a name', async () => {
    const wanted = [{ secretName: 'typha-certs' as const, dnsNames: ['another'] }]
    expect(places((await read([secretOf(mine)], born, { wanted })).objects)).toEqual(['calico-system'])
  })

  test('is not copied onto itself', async () => {
    const wanted = [{ secretName: 'typha-certs' as const, dnsNames: ['typha-server'], lookup: 'calico-system' }]
    expect((await read([secretOf(mine, { namespace: 'calico-system' })], born, { wanted })).objects).toEqual([])
  })

  test('raises a warning from thirty days before its end', async () => {
    expect((await read([secretOf(mine)], notAfter - 31 * day)).warnings).toEqual([])
    const text = 'Warning: user provided certificate "typha-certs" expires in 30 days'
    expect((await read([secretOf(mine)], notAfter - 31 * day + 1000)).warnings).toEqual([text])
  })

  test('raises a warning when it is not made out for its end of a connection', async () => {
    const warningsOf = async (...usages: string[]) => {
      const wanted = [{ secretName: 'typha-certs' as const, dnsNames: ['typha-server'], ends: ['server' as const] }]
      return (await read([secretOf(await selfMade(usages))], born, { wanted })).warnings
    }
    const { clientAuth, serverAuth } = ExtendedKeyUsage
    expect(await warningsOf(clientAuth)).toEqual([
      'Warning: user provided certificate "typha-certs" is not made out for a TLS server, so its peers refuse it',
    ])
    expect(await warningsOf(clientAuth, serverAuth)).toEqual([])
    expect(await warningsOf('2.5.29.37.0')).toEqual([])
    expect(await warningsOf()).toEqual([])
  })

  const cases: { that: string; data: () => Promise<Readonly<Record<string, string>>>; now?: number; problems: string[] }[] = [
    { that: 'has ended', data: async () => mine, now: notAfter + 1, problems: ['its certificate ended on 2126-10-28T07:06:26Z'] },
    {
      that: 'has not begun',
      data: async () => mine,
      now: Date.parse('2026-11-01T00:00:00Z'),
      problems: ['its certificate is not valid before 2026-11-21T07:06:26Z'],
    },
    { that: 'has no key', data: async () => ({ 'tls.crt': mine['tls.crt']! }), problems: ['it has no tls.key'] },
    { that: 'has no certificate', data: async () => ({ 'tls.key': mine['tls.key']! }), problems: ['it has no tls.crt'] },
    { that: 'has nothing', data: async () => ({}), problems: ['it has no tls.crt', 'it has no tls.key'] },
    {
      that: 'is no PEM',
      data: async () => ({ ...mine, 'tls.crt': base64('hello') }),
      problems: ['its tls.crt holds no PEM certificate that can be read'],
    },
    {
      that: 'shows its key beside the certificate',
      data: async () => ({ ...mine, 'tls.crt': base64(`${decoded(mine['tls.crt'])}${decoded(mine['tls.key'])}`) }),
      problems: ['its tls.crt holds a private key, and everybody may read it'],
    },
    {
      that: 'is wrong in two ways',
      data: async () => ({ 'tls.crt': mine['tls.crt']!, 'tls.key': (await operatorsData(authority))['tls.key']! }),
      problems: [
        'its key is not the key of its certificate',
        'it says neither common-name nor uri-san, by which peers know the owner of its certificate',
      ],
    },
  ]

  test.each(cases)('is refused when it $that, every problem at once', async ({ data, now = born, problems }) => {
    const found = await read([secretOf(await data())], now)
    expect(messages(found)).toEqual(problems)
    expect(found.problems.every(({ object, remedy }) => object?.name === 'typha-certs' && remedy)).toBe(true)
    expect(found.objects).toEqual([])
  })

  test('does not hide the problems of another', async () => {
    const wanted = ['typha-certs', 'node-certs'].map(secretName => ({ secretName, dnsNames: ['a'] }))
    const found = await readKeys(readerOf([secretOf({}), secretOf({}, { name: 'node-certs' })]), issuerAt(born), {
      ...typhaOptions(authority),
      wanted,
    })
    expect(found.problems.map(({ object }) => object?.name)).toEqual(['typha-certs', 'typha-certs', 'node-certs', 'node-certs'])
  })
})
