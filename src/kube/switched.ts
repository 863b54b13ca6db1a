/** Fields that only go with one value of another: what the server had filled in for the old value stays when a new one is applied, and is refused. Pure; sends nothing. */
import { groupKindOf, type KubeObject } from './objects.ts'

interface Rolled extends KubeObject {
  spec?: { strategy?: { type?: string; rollingUpdate?: object } }
}

/** A merge patch that has to come before an apply, for this version of the live object only; undefined when there is nothing of the kind. */
export function switched(wanted: KubeObject, live: KubeObject): object | undefined {
  if (groupKindOf(wanted) !== 'apps/Deployment') return undefined
  const [to, from] = [wanted, live].map(each => (each as Rolled).spec?.strategy)
  if (to?.type !== 'Recreate' || !from?.rollingUpdate) return undefined
  const { resourceVersion, uid } = live.metadata
  return { metadata: { resourceVersion, uid }, spec: { strategy: { type: 'Recreate', rollingUpdate: null } } }
}
