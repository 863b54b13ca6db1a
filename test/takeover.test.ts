/** Whether a cluster that the predecessor left would be disturbed: for every recorded one, what needs a write, and what was forgotten. */
import { describe, expect, test } from 'vitest'
import { allKinds } from '../api/index.ts'
import type { TigeraStatus } from '../api/tigerastatus.ts'
import { canonical } from '../src/kube/canonical.ts'
import { needsWrite } from '../src/kube/compare.ts'
import { type KubeObject, keyOf, refOf } from '../src/kube/objects.ts'
import { builtinSchema, structuralSchema } from '../src/kube/schema.ts'
import type { Outcome } from '../src/reconcile/controller.ts'
import { overlays } from '../src/render/overrides.ts'
import { isWorkload } from '../src/render/workloads.ts'
import { ranOver } from './made.ts'
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

/** What the predecessor found wrong with the cluster. */
const complaintsIn = (cluster: readonly KubeObject[]): string[] =>
  cluster
    .flatMap(({ kind, status }: KubeObject & { status?: TigeraStatus['status'] }) => (kind === 'TigeraStatus' && status?.conditions) || [])
    .filter(({ type, status }) => type === 'Degraded' && status === 'True')
    .map(({ message = '' }) => message)

/** All that is wanted of the cluster, and what is to be taken away. The CRDs are not among the recorded objects. */
async function outcomeOf(cluster: readonly KubeObject[]): Promise<Required<Pick<Outcome, 'objects' | 'remove' | 'problems'>>> {
  const ran = await ranOver(cluster, ({ name }) => name !== 'crds')
  expect(ran.filter(({ stopped }) => stopped)).toEqual([])
  const outcomes = ran.map(({ outcome }) => outcome)
  return {
    objects: outcomes.flatMap(({ objects = [] }) => objects),
    remove: outcomes.flatMap(({ remove = [] }) => remove),
    problems: outcomes.flatMap(({ problems = [] }) => problems),
  }
}

/** Resources all of whose objects are ours to make. */
const complete = new Set(['APIServer', 'Goldmane', 'Whisker', 'ManagementClusterConnection'])

/** Objects of the older group are those of the newer one, seen from below. */
const isOf = ({ apiVersion, metadata }: KubeObject, owners: ReadonlySet<string>) =>
  !apiVersion.startsWith('crd.') && (metadata.ownerReferences?.some(({ kind }) => owners.has(kind)) ?? false)

const templateOf = ({ spec }: KubeObject & { spec?: { template?: object } }) => spec?.template

/** Of every list of things the path, and what they are called, in their order. Lists that are empty are as good as none. */
function listsIn(value: unknown, path = ''): Record<string, string[]> {
  if (typeof value !== 'object' || value === null) return {}
  if (!Array.isArray(value)) return merged(Object.entries(value).map(([name, inner]) => listsIn(inner, `${path}/${name}`)))
  const called = value.map(nameOf)
  return merged([value.length > 0 ? { [path]: called } : {}, ...value.map((item, index) => listsIn(item, `${path}/${called[index]}`))])
}

function nameOf(item: unknown): string {
  if (typeof item !== 'object' || item === null) return String(item)
  const { name, mountPath, subPath, key, operator, effect, containerPort, weight } = item as Record<string, string | undefined>
  return [name, mountPath, subPath, key, operator, effect, containerPort, weight].filter(each => each !== undefined).join(' ')
}

const merged = (records: Record<string, string[]>[]): Record<string, string[]> => Object.assign({}, ...records)

describe.each([...recordedClusters().keys()])('taking over %s', name => {
  const cluster = recordedClusters().get(name)!
  const live = new Map(cluster.map(object => [keyOf(refOf(object)), object]))

  test('needs no write but to take finalizers away, and restarts no pod', async () => {
    const { objects, problems } = await outcomeOf(cluster)
    const namespaces = new Set(cluster.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name))
    // Where there is no DNS nothing can be said about it; the predecessor complained as well.
    expect(problems.map(({ message }) => message)).toEqual(complaintsIn(cluster))
    const wanted = objects
      .map(one => ('kind' in one ? { object: one, whole: true } : { object: one.object, whole: !one.part }))
      .filter(({ object: { metadata } }) => metadata.namespace === undefined || namespaces.has(metadata.namespace))
    const keys = new Set(wanted.map(({ object }) => keyOf(refOf(object))))
    const forgotten = cluster.filter(object => isOf(object, complete) && !keys.has(keyOf(refOf(object))))
    expect(forgotten.map(title)).toEqual([])
    const needed = wanted.flatMap(({ object, whole }) => {
      const schema = schemaOf(object)
      const there = live.get(keyOf(refOf(object)))
      const difference = needsWrite(canonical(object, schema), there, { schema, manager: 'calico-operator', predecessors, whole })
      return difference ? [`${title(object)}: ${difference.why}: ${difference.path}`] : []
    })
    const expected = wanted.map(({ object }) => title(object)).filter(of => guarded.includes(of))
    expect(needed).toEqual(expected.map(of => `${of}: ${deviation}`))
  })

  test('keeps everything in the pods of every workload in its order', async () => {
    const { objects } = await outcomeOf(cluster)
    const workloads = objects.map(one => ('kind' in one ? one : one.object)).filter(isWorkload)
    const [ours, theirs] = [workloads, workloads.map(object => live.get(keyOf(refOf(object))))].map(each =>
      each.filter(object => object !== undefined && isWorkload(object)).map(object => [title(object!), listsIn(templateOf(object!))]),
    )
    expect(ours).toEqual(theirs)
    expect(JSON.stringify(ours)).toContain('/containers/calico-node/env')
  })

  test('renders no workload that a user could not override', async () => {
    const { objects } = await outcomeOf(cluster)
    const workloads = objects.map(one => ('kind' in one ? one : one.object)).filter(isWorkload)
    expect(workloads.map(({ kind, metadata }) => `${kind}/${metadata.name}`).filter(name => !(name in overlays))).toEqual([])
  })

  test('finds nothing that must go', async () => {
    const { remove } = await outcomeOf(cluster)
    const refs = remove.map(one => ('ref' in one ? one.ref : one))
    expect(refs.filter(ref => live.has(keyOf(ref)))).toEqual([])
  })
})
