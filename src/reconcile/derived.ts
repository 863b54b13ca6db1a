/** Values worked out of all objects of a kind, once for all who ask for the same before anything changes. Keeps the last value of each, no object. */
import type { View } from '../kube/cache.ts'
import { groupKindOf, type Kind, type KubeObject } from '../kube/objects.ts'

/** What is worked out, by a name that stands for the projection: who uses the same name means the same. */
export interface Question<T extends KubeObject = KubeObject, V = unknown> {
  name: string
  kind: Kind<T>
  project: (objects: T[]) => V
}

export interface Answer<V = unknown> {
  value: V
  /** As JSON: equal for equal values. */
  text: string
}

export class Derivations {
  readonly #known = new Map<string, Answer & { edition: object }>()

  /** Of what the view lists now. */
  of<T extends KubeObject, V>({ name, kind, project }: Question<T, V>, view: View<T>): Answer<V> {
    const key = `${groupKindOf(kind)} ${name}`
    const { edition } = view
    const known = this.#known.get(key)
    if (known?.edition === edition) return known as Answer<V>
    const value = project(view.list())
    const answer = { value, text: JSON.stringify(value), edition }
    this.#known.set(key, answer)
    return answer
  }
}
