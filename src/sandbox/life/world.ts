/** What life knows of a cluster, and what follows from each change of it: who has something to do. Decides nothing. */
import type { Clock } from '../../kube/clock.ts'
import { DaemonSet, Deployment, EndpointSlice, Job, Node, Pod, ReplicaSet, Service, StatefulSet } from '../../kube/kinds.ts'
import type { Kind, KubeObject } from '../../kube/objects.ts'
import type { Transport } from '../../kube/transport.ts'
import { equal } from '../schema/equal.ts'
import { daemonNodes } from './daemonset.ts'
import type { Failure } from './kubelet.ts'
import { type Listener, Mirror } from './mirror.ts'
import { podAddresses } from './nodes.ts'
import { Owned } from './owned.ts'
import { controllerOf, isTerminating } from './pods.ts'
import { MemoryShelf, ServerShelf, type Shelf } from './shelf.ts'

export interface Settings {
  transport: Transport
  clock: Clock
  stepMs: number
  startMs: number
  pods: boolean
  endpoints: boolean
  heartbeatMs?: number
  soon: (key: string, milliseconds: number) => void
}

/** Pods that something happens to: all that agree with what is given. `name` is a pod's or its workload's. */
export interface Target {
  namespace?: string
  name?: string
  selector?: Record<string, string>
  node?: string
}

export class World {
  readonly settings: Settings
  readonly nodes: Mirror<Node>
  readonly sets: Shelf<ReplicaSet>
  readonly pods: Shelf<Pod>
  readonly slices: Shelf<EndpointSlice> | undefined
  readonly #workloads = new Map<string, { mirror: Mirror<KubeObject>; shelf: ServerShelf<KubeObject> }>()
  readonly #mirrors: Mirror<KubeObject>[] = []
  /** Pods and ReplicaSets by the uid of whom they belong to. */
  readonly #owned = new Map<string, Owned>()
  /** By the uid of the DaemonSet; forgotten when a node changes. */
  readonly #nodesFor = new Map<string, { generation: number | undefined; nodes: ReadonlySet<string> }>()
  readonly #failures = new Set<{ target: Target; failure: Failure }>()
  readonly #silent = new Set<string>()
  readonly #places = new Map<string, number>()
  /** Pods that no node would have, by uid. */
  readonly #unplaced = new Map<string, Pod>()
  #place = 0

  constructor(settings: Settings) {
    this.settings = settings
    this.nodes = this.#mirror(Node, (node, old, gone) => this.#nodeChanged(node, { old, gone }))
    for (const kind of [DaemonSet, Deployment, StatefulSet, Job] as Kind[]) this.#workload(kind)
    this.sets = this.#shelf(ReplicaSet, (set, _, gone) => this.#ownedChanged(set, gone))
    this.pods = this.#shelf(Pod, (pod, _, gone) => this.#podChanged(pod, gone))
    if (settings.endpoints) {
      this.#workload(Service as Kind)
      this.slices = this.#shelf(EndpointSlice, () => {})
    }
  }

  get synced(): Promise<unknown> {
    return Promise.all(this.#mirrors.map(({ synced }) => synced))
  }

  stop(): void {
    for (const mirror of this.#mirrors) mirror.stop()
  }

  /** RFC 3339, to the second. */
  get now(): string {
    return `${new Date(this.settings.clock.now()).toISOString().slice(0, 19)}Z`
  }

  /** Where workloads of a kind are. */
  workloads(kind: string): ServerShelf<KubeObject> | undefined {
    return this.#workloads.get(kind)?.shelf
  }

  /** The names of the nodes that a DaemonSet is for. */
  nodesFor(set: DaemonSet): ReadonlySet<string> {
    const { uid = '', generation } = set.metadata
    const known = this.#nodesFor.get(uid)
    if (known && known.generation === generation) return known.nodes
    const nodes = daemonNodes(set, this.nodes.all)
    this.#nodesFor.set(uid, { generation, nodes })
    return nodes
  }

  ownedBy<T extends KubeObject>({ metadata: { uid = '' } }: KubeObject): T[] {
    return [...(this.#owned.get(uid)?.objects.values() ?? [])] as T[]
  }

  podsByNode({ metadata: { uid = '' } }: KubeObject): ReadonlyMap<string, readonly Pod[]> {
    return this.#owned.get(uid)?.byNode ?? new Map()
  }

  soon(kind: string, { metadata: { name, namespace } }: Pick<KubeObject, 'metadata'>, milliseconds = this.settings.stepMs): void {
    this.settings.soon(`${kind}/${namespace ?? ''}/${name}`, milliseconds)
  }

  fail(target: Target, failure: Failure): () => void {
    const entry = { target, failure }
    this.#failures.add(entry)
    this.#lookAtPods()
    return () => {
      if (this.#failures.delete(entry)) this.#lookAtPods()
    }
  }

  silence(name: string): () => void {
    this.#silent.add(name)
    this.soon('Node', { metadata: { name } })
    return () => {
      this.#silent.delete(name)
      this.soon('Node', { metadata: { name } })
      this.#lookAtPodsOf(name)
    }
  }

  isSilent(node: string): boolean {
    return this.#silent.has(node)
  }

  failureOf(pod: Pod): Failure | undefined {
    for (const { target, failure } of this.#failures) if (isMeant(target, pod)) return failure
    return undefined
  }

  /** Addresses that no other pod of the node has. */
  addressesOf({ metadata: { uid = '' } }: Pod, node: Node): string[] {
    const place = this.#places.get(uid) ?? this.#place++
    this.#places.set(uid, place)
    return podAddresses(node, place)
  }

  #lookAtPodsOf(node: string): void {
    for (const pod of this.pods.all) if (pod.spec?.nodeName === node) this.soon('Pod', pod)
  }

  #lookAtPods(): void {
    for (const pod of this.pods.all) this.soon('Pod', pod, this.settings.startMs)
  }

  #mirror<T extends KubeObject>(kind: Kind<T>, changed: Listener<T>): Mirror<T> {
    const mirror = new Mirror(kind, { transport: this.settings.transport, clock: this.settings.clock, changed })
    this.#mirrors.push(mirror as unknown as Mirror<KubeObject>)
    return mirror
  }

  /** In memory where there are to be no pods. */
  #shelf<T extends KubeObject>(kind: Kind<T>, changed: Listener<T>): Shelf<T> {
    const kept = this.settings.pods || kind.kind === 'EndpointSlice'
    return kept ? new ServerShelf(this.#mirror(kind, changed), this.settings.transport) : new MemoryShelf(changed)
  }

  #workload(kind: Kind): void {
    const mirror = this.#mirror(kind, (object, _, gone) => {
      if (gone && !this.settings.pods) this.#orphaned(object)
      if (!gone) this.soon(kind.kind, object)
    })
    this.#workloads.set(kind.kind, { mirror, shelf: new ServerShelf(mirror, this.settings.transport) })
  }

  /** Nobody else collects what is in memory only. */
  #orphaned(owner: KubeObject): void {
    for (const object of this.ownedBy<Pod | ReplicaSet>(owner)) {
      if (object.kind === 'ReplicaSet') this.#orphaned(object)
      if (object.kind === 'Pod') void this.pods.remove(object as Pod)
      else void this.sets.remove(object as ReplicaSet)
    }
  }

  #nodeChanged(node: Node, { old, gone }: { old: Node | undefined; gone: boolean }): void {
    const { heartbeatMs, stepMs } = this.settings
    if (!gone && !old) this.soon('Node', node, stepMs)
    else if (!gone && heartbeatMs !== undefined) this.soon('Node', node, heartbeatMs)
    if (!gone && old && equal(placing(node), placing(old))) return
    this.#nodesFor.clear()
    for (const set of this.#workloads.get('DaemonSet')!.mirror.all) this.soon('DaemonSet', set)
    this.#placeAgain()
    if (gone) this.#lookAtPodsOf(node.metadata.name)
  }

  /** There may be room now. */
  #placeAgain(): void {
    for (const pod of this.#unplaced.values()) this.soon('Pod', pod)
  }

  #podChanged(pod: Pod, gone: boolean): void {
    const { uid = '' } = pod.metadata
    this.#ownedChanged(pod, gone)
    if (gone || pod.spec?.nodeName) this.#unplaced.delete(uid)
    else this.#unplaced.set(uid, pod)
    if (gone) {
      this.#places.delete(uid)
      this.#placeAgain()
    } else this.soon('Pod', pod, pod.spec?.nodeName && !isTerminating(pod) ? this.settings.startMs : this.settings.stepMs)
    if (this.slices) for (const service of this.#workloads.get('Service')!.mirror.all) this.soon('Service', service)
  }

  /** Whoever it belongs to, and whoever that belongs to, has something to do. */
  #ownedChanged(object: Pod | ReplicaSet, gone: boolean): void {
    const { namespace } = object.metadata
    const owner = controllerOf(object)
    if (object.kind === 'ReplicaSet' && !gone) this.soon('ReplicaSet', object)
    if (!owner) return
    const all = this.#owned.get(owner.uid) ?? new Owned()
    if (gone) all.remove(object)
    else all.put(object)
    if (all.objects.size > 0) this.#owned.set(owner.uid, all)
    else this.#owned.delete(owner.uid)
    const inNamespace = (owned: { name: string }) => ({ metadata: { name: owned.name, ...(namespace !== undefined && { namespace }) } })
    this.soon(owner.kind, inNamespace(owner))
    const set = owner.kind === 'ReplicaSet' ? this.sets.get(owner.name, namespace) : undefined
    const above = set && controllerOf(set)
    if (above) this.soon(above.kind, inNamespace(above))
  }
}

/** What of a node decides which pods it gets. */
const placing = ({ metadata, spec, status }: Node) => [
  metadata.labels,
  spec?.taints,
  spec?.unschedulable,
  status?.conditions?.find(({ type }) => type === 'Ready')?.status,
]

function isMeant({ namespace, name, selector, node }: Target, { metadata, spec }: Pod): boolean {
  const labels = metadata.labels ?? {}
  return (
    (namespace === undefined || namespace === metadata.namespace) &&
    (name === undefined || metadata.name === name || metadata.name.startsWith(`${name}-`)) &&
    (node === undefined || spec?.nodeName === node) &&
    Object.entries(selector ?? {}).every(([key, value]) => labels[key] === value)
  )
}
