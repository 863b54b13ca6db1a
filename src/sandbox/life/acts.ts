/** What controllers, scheduler and kubelets do, one thing at a time: each looks at what is, plans, and writes what differs. */
import type { DaemonSet, Deployment, Job, Node, Pod, ReplicaSet, Service, StatefulSet } from '../../kube/kinds.ts'
import { isMap, type KubeObject } from '../../kube/objects.ts'
import { equal } from '../schema/equal.ts'
import { daemonSetPlan } from './daemonset.ts'
import { deploymentPlan } from './deployment.ts'
import { slicesOf } from './endpoints.ts'
import { chooseNode } from './fit.ts'
import { jobPlan } from './job.ts'
import { nextStatus, unschedulable } from './kubelet.ts'
import { nodeStatus } from './nodes.ts'
import type { Plan } from './plan.ts'
import { isTerminating } from './pods.ts'
import { replicaSetPlan } from './replicas.ts'
import { ServerShelf, type Shelf } from './shelf.ts'
import { statefulSetPlan } from './statefulset.ts'
import type { World } from './world.ts'

/** `key`: `kind/namespace/name`. False when the server refused something that may be tried again. */
export async function act(world: World, key: string): Promise<boolean> {
  const [kind = '', space = '', name = ''] = key.split('/')
  const namespace = space === '' ? undefined : space
  if (kind === 'Node') return nodeActs(world, world.nodes.get(name))
  if (kind === 'Pod') return podActs(world, world.pods.get(name, namespace))
  const shelf = kind === 'ReplicaSet' ? world.sets : world.workloads(kind)
  const object = shelf?.get(name, namespace)
  if (!shelf || !object || isTerminating(object)) return true
  if (kind === 'Service') return serviceActs(world, object as Service)
  const plan = planOf(world, object)
  if (plan.again !== undefined) world.soon(kind, object, plan.again)
  return carryOut(world, plan, { object, shelf: shelf as Shelf<KubeObject> })
}

function planOf(world: World, object: KubeObject): Plan {
  if (object.kind === 'DaemonSet') return daemonSetPlan(object as DaemonSet, world.nodesFor(object as DaemonSet), world.podsByNode(object))
  const owned = world.ownedBy(object)
  const there = () => ({ nodes: [...world.nodes.all], all: world.pods.all, now: world.now })
  switch (object.kind) {
    case 'Deployment': {
      const sets = owned as ReplicaSet[]
      return deploymentPlan(object as Deployment, { sets, pods: sets.flatMap(set => world.ownedBy<Pod>(set)), now: world.now })
    }
    case 'ReplicaSet':
      return replicaSetPlan(object as ReplicaSet, owned as Pod[], there())
    case 'StatefulSet':
      return statefulSetPlan(object as StatefulSet, owned as Pod[], there())
    default:
      return jobPlan(object as Job, owned as Pod[], there())
  }
}

async function carryOut(world: World, plan: Plan, { object, shelf }: { object: KubeObject; shelf: Shelf<KubeObject> }): Promise<boolean> {
  const shelfOf = ({ kind }: KubeObject) => (kind === 'Pod' ? world.pods : world.sets) as unknown as Shelf<KubeObject>
  const done: boolean[] = []
  for (const each of plan.remove ?? []) done.push(await shelfOf(each).remove(each))
  for (const each of plan.update ?? []) done.push(await shelfOf(each).replace(each))
  for (const each of plan.create ?? []) done.push(await shelfOf(each).create(each))
  const next = withStatus(object, plan)
  if (next) done.push(await shelf.replace(next, 'status'))
  return done.every(Boolean)
}

/** The object with the status that it should have; undefined when it has it. */
function withStatus(object: KubeObject, { status, annotations = {} }: Plan): KubeObject | undefined {
  const before = object.metadata.annotations ?? {}
  const annotated = Object.entries(annotations).some(([key, value]) => before[key] !== value)
  if (!status || (!annotated && equal(withoutZeros(status), withoutZeros(Reflect.get(object, 'status'))))) return undefined
  return { ...object, metadata: { ...object.metadata, annotations: { ...before, ...annotations } }, status } as KubeObject
}

/** The server leaves out what is zero. */
function withoutZeros(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutZeros)
  if (!isMap(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => (item === 0 || item === '' || item === null ? [] : [[name, withoutZeros(item)]])),
  )
}

const notReady = 'node.kubernetes.io/not-ready'

async function nodeActs(world: World, node: Node | undefined): Promise<boolean> {
  if (!node || isTerminating(node)) return true
  const shelf = new ServerShelf(world.nodes, world.settings.transport)
  const ready = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')
  if (world.isSilent(node.metadata.name))
    return !ready || shelf.replace({ ...node, status: nodeStatus(node, { now: world.now, silent: true }) }, 'status')
  if (world.settings.heartbeatMs !== undefined || !ready) {
    if (!(await shelf.replace({ ...node, status: nodeStatus(node, { now: world.now }) }, 'status'))) return false
  }
  // New nodes carry a taint until they are heard of.
  const current = world.nodes.get(node.metadata.name) ?? node
  const taints = current.spec?.taints?.filter(({ key }) => key !== notReady)
  if (!taints || taints.length === current.spec?.taints?.length) return true
  return shelf.replace({ ...current, spec: { ...current.spec, taints } })
}

async function podActs(world: World, pod: Pod | undefined): Promise<boolean> {
  if (!pod) return true
  const { pods, nodes, now } = world
  const { nodeName } = pod.spec ?? {}
  if (nodeName && world.isSilent(nodeName) && nodes.get(nodeName)) return true
  if (isTerminating(pod)) return pods.remove(pod, 0)
  if (!nodeName) return place(world, pod)
  const node = nodes.get(nodeName)
  const status = nextStatus(pod, { node, failure: world.failureOf(pod), now, addresses: node ? world.addressesOf(pod, node) : [] })
  if (equal(withoutZeros(status), withoutZeros(pod.status))) return true
  return pods.replace({ ...pod, status }, 'status')
}

/** What the scheduler does, for pods that no node would have when they were made. */
async function place(world: World, pod: Pod): Promise<boolean> {
  const { pods, nodes, now } = world
  const node = chooseNode(pod.spec!, nodes.all, pods.all)
  if (node) {
    const { name } = node.metadata
    return pods instanceof ServerShelf ? pods.bind(pod, name) : pods.replace({ ...pod, spec: { ...pod.spec!, nodeName: name } })
  }
  const status = unschedulable(pod, { nodes: [...nodes.all].length, now })
  return equal(status, pod.status) || pods.replace({ ...pod, status }, 'status')
}

async function serviceActs({ slices, pods }: World, service: Service): Promise<boolean> {
  if (!slices) return true
  const done: boolean[] = []
  for (const slice of slicesOf(service, pods.all)) {
    const old = slices.get(slice.metadata.name, slice.metadata.namespace)
    if (!old) done.push(await slices.create(slice))
    else if (!equal([old.endpoints ?? [], old.ports ?? []], [slice.endpoints, slice.ports]))
      done.push(await slices.replace({ ...old, ...slice, metadata: old.metadata }))
  }
  return done.every(Boolean)
}
