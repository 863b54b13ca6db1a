/** Clusters as the predecessor left them: what is made of their content here must be what is written there, to the letter. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readerOf } from '../../test/reader.ts'
import { ownAuthority } from './authority.ts'
import { type BundleEntry, trustedBundle } from './bundle.ts'
import { firstCertificate } from './certificate.ts'
import { mountedPair, pairSecret } from './secrets.ts'
import { keyIdOf } from './sign.ts'
import { judge, judgeCertificate } from './stored.ts'
import { readTyphaAuthority } from './trust.ts'

interface Recorded {
  cluster: string
  typhaCa: Record<string, string> | null
  secrets: { name: string; data: Record<string, string>; copies: Record<string, { labels: object; annotations: object }> }[]
  bundles: { name: string; namespace: string; annotations: Record<string, string>; text: string; roots: boolean }[]
  pods: { name: string; annotations: Record<string, string>; volumes: object[]; mounts: object[] }[]
}

const clusters: Recorded[] = JSON.parse(readFileSync(new URL('./testdata/recorded.json', import.meta.url), 'utf8'))
const operatorNamespace = 'tigera-operator'
const now = Date.parse('2026-11-22T00:00:00Z')

const decoded = (data: Record<string, string>, key: string) => Buffer.from(data[key] ?? '', 'base64').toString()

function authorityOf({ secrets }: Recorded) {
  const { data } = secrets.find(({ name }) => name === 'tigera-ca-private')!
  const authority = ownAuthority({ certificatePem: decoded(data, 'tls.crt'), privateKeyPem: decoded(data, 'tls.key') })
  if ('wrong' in authority) throw new Error(authority.wrong)
  return authority
}

/** Where the predecessor looks a pair up shows in the name of its annotation. */
const lookupOf = (annotations: object) =>
  Object.keys(annotations)
    .find(key => key.includes('.hash.operator'))!
    .split('.hash.')[0]!

const secretCases = clusters.flatMap(cluster =>
  cluster.secrets.map(secret => ({ cluster, secret, title: `${cluster.cluster} ${secret.name}` })),
)

describe.each(secretCases)('$title', ({ cluster, secret: { name, data, copies } }) => {
  const authority = authorityOf(cluster)
  const lookup = lookupOf(Object.values(copies)[0]!.annotations)
  const verdict = judge(
    { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: lookup }, type: 'Opaque', data },
    { names: [], authority, now },
  )

  test('is a usable pair', () => {
    expect(['operator', 'user']).toContain(verdict.kind)
  })

  const isWritten = Object.entries(copies).filter(([, { annotations }]) => Object.keys(annotations).length > 0)
  test.each(isWritten)('has the same labels, annotations and keys in %s', (namespace, { labels, annotations }) => {
    if (verdict.kind !== 'operator' && verdict.kind !== 'user') throw new Error(verdict.kind)
    const secret = pairSecret(verdict.pair, { name, lookup }, namespace)
    expect(secret.metadata.labels).toEqual(labels)
    expect(secret.metadata.annotations).toEqual(annotations)
    expect(secret.data).toEqual(data)
  })

  test('its key identifiers are those computed from the keys', () => {
    const { certificate } = authority
    expect(certificate.subjectKeyId).toBe(keyIdOf(certificate.publicKey))
    const leaf = firstCertificate(decoded(data, 'tls.crt'))!
    if (verdict.kind === 'operator') expect([leaf.subjectKeyId, leaf.authorityKeyId]).toEqual([keyIdOf(leaf.publicKey), authority.keyId])
  })
})

const bundleCases = clusters.flatMap(cluster =>
  cluster.bundles.map(bundle => ({ cluster, bundle, title: `${cluster.cluster} ${bundle.name}` })),
)

/** The certificates a bundle is asked to hold are those its annotations name. */
async function entriesOf(cluster: Recorded, annotations: Record<string, string>): Promise<BundleEntry[]> {
  const authority = authorityOf(cluster)
  const typhaCa = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'typha-ca', namespace: operatorNamespace },
    data: cluster.typhaCa,
  }
  const { entry } = await readTyphaAuthority(readerOf(cluster.typhaCa ? [typhaCa] : []), operatorNamespace)
  const foreign = cluster.secrets.flatMap(({ name, data }) => {
    const secret = { apiVersion: 'v1' as const, kind: 'Secret' as const, metadata: { name, namespace: operatorNamespace }, data }
    const found = judgeCertificate(secret, { authority, now })
    return Buffer.isBuffer(found) ? [{ namespace: operatorNamespace, name, pem: found }] : []
  })
  return [...foreign, ...(entry ? [entry] : [])].filter(
    ({ namespace, name }) => `${namespace}.hash.operator.tigera.io/${name}` in annotations,
  )
}

describe.each(bundleCases)('$title', ({ cluster, bundle }) => {
  test('has the same text and the same hashes', async () => {
    const { 'hash.operator.tigera.io/system': system, ...annotations } = bundle.annotations
    const entries = await entriesOf(cluster, annotations)
    const made = trustedBundle({
      name: bundle.name,
      namespace: bundle.namespace,
      operatorNamespace,
      authority: authorityOf(cluster),
      entries,
    })
    expect(made.object.metadata.annotations).toEqual(annotations)
    expect(made.object.data).toEqual({ 'ca-bundle.crt': '', 'ca.crt': bundle.text, 'tigera-ca-bundle.crt': bundle.text })
    expect(system !== undefined).toBe(bundle.roots)
  })
})

const withTypha = clusters.filter(({ secrets }) => secrets.some(({ name }) => name === 'typha-certs'))

test.each(withTypha)('$cluster: calico-typha carries its pair and the bundle as they are mounted here', async cluster => {
  const pod = cluster.pods.find(({ name }) => name === 'calico-typha')!
  const { name, namespace, annotations } = cluster.bundles.find(bundle => bundle.name === 'tigera-ca-bundle')!
  const authority = authorityOf(cluster)
  const entries = await entriesOf(cluster, annotations)
  const trust = trustedBundle({ name, namespace, operatorNamespace, authority, entries, systemRoots: 'some' }).bundle
  const { data } = cluster.secrets.find(secret => secret.name === 'typha-certs')!
  const stored = judge({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'typha-certs' }, data }, { names: [], authority, now })
  if (!('pair' in stored)) throw new Error(stored.kind)
  const pair = mountedPair(stored.pair, { name: 'typha-certs', lookup: operatorNamespace }, undefined)

  const roots = { 'hash.operator.tigera.io/system': pod.annotations['hash.operator.tigera.io/system'] }
  expect({ ...trust.hashes, ...pair.hash, ...roots }).toEqual(pod.annotations)
  const named = (items: object[], wanted: string) => items.filter(item => 'name' in item && item.name === wanted)
  expect(trust.mounts).toEqual(named(pod.mounts, 'tigera-ca-bundle'))
  expect([pair.mount, pair.volume]).toEqual([...named(pod.mounts, 'typha-certs'), ...named(pod.volumes, 'typha-certs')])
})
