/** Whether a cluster that the predecessor left would be disturbed: for every recorded one, what of the core needs a write. */
import { describe, expect, test } from 'vitest'
import { allKinds } from '../api/index.ts'
import { calico } from '../src/controllers/calico.ts'
import { canonical } from '../src/kube/canonical.ts'
import { needsWrite } from '../src/kube/compare.ts'
import { type KubeObject, keyOf, refOf } from '../src/kube/objects.ts'
import { builtinSchema, structuralSchema } from '../src/kube/schema.ts'
import type { Outcome } from '../src/reconcile/controller.ts'
import { overlays } from '../src/render/overrides.ts'
import { isWorkload } from '../src/render/workloads.ts'
import { surroundingsOf } from './surroundings.ts'
import { recordedClusters } from './takeover/clusters.ts'

/** Who wrote the recorded objects. */
const predecessors = ['go-operator']
/** The predecessor put a finalizer on these, we do not (D3). */
const deviation = 'not wanted: metadata.finalizers["tigera.io/cni-protector"]'
const guarded = ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding'].flatMap(kind => [
  `${kind} calico-node`,
  `${kind} calico-cni-plugin`,
])

const custom = new Map(allKinds.map(({ apiVersion, kind, schema }) => [`${apiVersion} ${kind}`, structuralSchema(schema)]))
const schemaOf = ({ apiVersion, kind }: KubeObject) => builtinSchema(apiVersion, kind) ?? custom.get(`${apiVersion} ${kind}`)
const title = ({ kind, metadata: { name } }: KubeObject) => `${kind} ${name}`

async function outcomeOf(cluster: readonly KubeObject[]): Promise<Outcome> {
  const { reader, surroundings } = surroundingsOf(cluster)
  const controller = calico(surroundings)
  const found = await controller.read(reader)
  return controller.desired(found!)
}

describe.each([...recordedClusters().keys()])('taking over %s', name => {
  const cluster = recordedClusters().get(name)!
  const live = new Map(cluster.map(object => [keyOf(refOf(object)), object]))

  test('needs no write but to take finalizers away, and restarts no pod', async () => {
    const { objects = [], problems = [] } = await outcomeOf(cluster)
    expect(problems).toEqual([])
    const wanted = objects.map(one => ('kind' in one ? { object: one, whole: true } : { object: one.object, whole: !one.part }))
    expect(wanted.length).toBeGreaterThanOrEqual(28)
    const needed = wanted.flatMap(({ object, whole }) => {
      const schema = schemaOf(object)
      const there = live.get(keyOf(refOf(object)))
      const difference = needsWrite(canonical(object, schema), there, { schema, manager: 'calico-operator', predecessors, whole })
      return difference ? [`${title(object)}: ${difference.why}: ${difference.path}`] : []
    })
    const expected = wanted.map(({ object }) => title(object)).filter(of => guarded.includes(of))
    expect(needed).toEqual(expected.map(of => `${of}: ${deviation}`))
  })

  test('renders no workload that a user could not override', async () => {
    const { objects = [] } = await outcomeOf(cluster)
    const workloads = objects.map(one => ('kind' in one ? one : one.object)).filter(isWorkload)
    expect(workloads.map(({ kind, metadata }) => `${kind}/${metadata.name}`).filter(name => !(name in overlays))).toEqual([])
  })

  test('finds nothing that must go', async () => {
    const { remove = [] } = await outcomeOf(cluster)
    const refs = remove.map(one => ('ref' in one ? one.ref : one))
    expect(refs.filter(ref => live.has(keyOf(ref)))).toEqual([])
  })
})
