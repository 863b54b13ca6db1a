/** What one workload owns, by name and by node. */
import type { Pod, ReplicaSet } from '../../kube/kinds.ts'

export class Owned {
  readonly objects = new Map<string, Pod | ReplicaSet>()
  /** Pods, those that are not on a node yet by ''. A list never changes: where something did, there is another. */
  readonly byNode = new Map<string, readonly Pod[]>()

  put(object: Pod | ReplicaSet): void {
    const old = this.objects.get(object.metadata.name)
    if (old) this.#leave(old)
    this.objects.set(object.metadata.name, object)
    if (isPod(object)) this.byNode.set(nodeOf(object), [...(this.byNode.get(nodeOf(object)) ?? []), object])
  }

  remove({ metadata: { name } }: Pod | ReplicaSet): void {
    const old = this.objects.get(name)
    if (old) this.#leave(old)
    this.objects.delete(name)
  }

  #leave(object: Pod | ReplicaSet): void {
    if (!isPod(object)) return
    const others = (this.byNode.get(nodeOf(object)) ?? []).filter(({ metadata }) => metadata.name !== object.metadata.name)
    if (others.length > 0) this.byNode.set(nodeOf(object), others)
    else this.byNode.delete(nodeOf(object))
  }
}

const isPod = (object: Pod | ReplicaSet): object is Pod => object.kind === 'Pod'
const nodeOf = ({ spec }: Pod): string => spec?.nodeName ?? ''
