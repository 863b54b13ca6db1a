/**
 * The hashes on pod templates are computed, and come out as the predecessor's: of clusters that it left, all workloads and all hashes are taken away, and what is made of the
 * rest, which is Secrets, ConfigMaps and the resources of users, carries the same again (spec/installation-render.md §1.3).
 */
import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../src/kube/objects.ts'
import { isWorkload } from '../src/render/workloads.ts'
import { madeOf } from './made.ts'
import { recordedClusters } from './takeover/clusters.ts'

const isHash = (key: string): boolean => key.includes('hash.operator.tigera.io')

/** As if it had never been hashed. */
const unhashed = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: Object.fromEntries(Object.entries(object.metadata.annotations ?? {}).filter(([key]) => !isHash(key))),
  },
})

const hashesIn = (annotations: Record<string, string> | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => isHash(key)))

const hashedTemplates = (objects: readonly KubeObject[]) =>
  Object.fromEntries(
    objects
      .filter(isWorkload)
      .map(({ kind, metadata, spec }) => [`${kind} ${metadata.name}`, hashesIn(spec.template.metadata?.annotations)]),
  )

describe.each([...recordedClusters()])('%s', (_, cluster) => {
  test('has the same hashes again', async () => {
    const recorded = hashedTemplates(cluster.filter(({ metadata }) => metadata.namespace === 'calico-system'))
    const bare = cluster.filter(object => !isWorkload(object) || object.metadata.namespace !== 'calico-system').map(unhashed)
    expect(hashedTemplates((await madeOf(bare)).objects)).toEqual(recorded)
    expect(Object.values(recorded).filter(hashes => Object.keys(hashes).length > 0).length).toBeGreaterThanOrEqual(3)
  })
})

test('another certificate, configuration or template is another hash', async () => {
  const cluster = recordedClusters().get('byo-certs')!
  const before = hashedTemplates((await madeOf(cluster)).objects)
  const added = cluster.map(object => {
    if (object.kind !== 'Secret' || object.metadata.name !== 'typha-certs') return object
    const { data } = object as KubeObject & { data: Record<string, string> }
    const pem = `${Buffer.from(data['tls.crt']!, 'base64')}\n`
    return { ...object, data: { ...data, 'tls.crt': Buffer.from(pem).toString('base64') } } as KubeObject
  })
  const after = hashedTemplates((await madeOf(added)).objects)
  const different = Object.keys(before).filter(name => JSON.stringify(after[name]) !== JSON.stringify(before[name]))
  expect(different.sort()).toEqual(['DaemonSet calico-node', 'Deployment calico-kube-controllers', 'Deployment calico-typha'])
})
