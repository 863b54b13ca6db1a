/** Pods: their account, priority and tolerations filled in, as the API server's own admission does. Never runs one. */
import type { Call } from '../call.ts'
import { put } from '../fields.ts'
import { type Item, isMap } from '../objects.ts'
import { forbidden } from '../refusals.ts'
import type { Server } from '../server.ts'
import type { Preparation } from './preparation.ts'

/** Admission of pods is done before they are judged, so that what it adds is judged too. */
export const pod: Preparation = {
  create(object, server, call) {
    const admitted = withTolerations(withPriority(server, call, withAccount(server, call, object)))
    return put(admitted, ['status'], { phase: 'Pending', qosClass: serviceQuality(admitted) })
  },
}

const specOf = ({ spec }: Item): Record<string, unknown> => (isMap(spec) ? spec : {})
const refused = (object: Item, why: string) => forbidden({ resource: 'pods', name: object.metadata.name }, why)

/** https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#serviceaccount */
function withAccount({ store }: Server, { namespace = '' }: Call, object: Item): Item {
  const spec = specOf(object)
  const name = String(spec.serviceAccountName || 'default')
  if (!store.collection('serviceaccounts').get(`${namespace}/${name}`)) {
    throw refused(object, `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`)
  }
  return put(object, ['spec'], { ...spec, serviceAccountName: name, serviceAccount: name })
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/ */
function withPriority({ store }: Server, _: Call, object: Item): Item {
  const spec = specOf(object)
  const classes = store.collection('priorityclasses.scheduling.k8s.io')
  const asked = spec.priorityClassName as string | undefined
  const found = asked ? classes.get(asked) : [...classes.objects.values()].find(({ globalDefault }) => globalDefault === true)
  if (asked && !found) throw refused(object, `no PriorityClass with name ${asked} was found`)
  const { value = 0, preemptionPolicy = 'PreemptLowerPriority' } = (found ?? {}) as { value?: number; preemptionPolicy?: string }
  const name = found && { priorityClassName: found.metadata.name }
  return put(object, ['spec'], { ...spec, ...name, priority: value, preemptionPolicy })
}

interface Toleration {
  key?: string
  operator?: string
  effect?: string
  tolerationSeconds?: number
}

const lost = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

/** A node that is lost is tolerated for five minutes. https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions */
function withTolerations(object: Item): Item {
  const spec = specOf(object)
  const tolerations = (spec.tolerations ?? []) as Toleration[]
  const tolerates = (key: string) =>
    tolerations.some(each => (!each.key || each.key === key) && (!each.effect || each.effect === 'NoExecute'))
  const missing = lost.filter(key => !tolerates(key)).map(key => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }))
  return missing.length > 0 ? put(object, ['spec'], { ...spec, tolerations: [...tolerations, ...missing] }) : object
}

interface Resources {
  requests?: Record<string, string>
  limits?: Record<string, string>
}

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/ */
function serviceQuality(object: Item): string {
  const { containers = [], initContainers = [] } = specOf(object) as {
    containers?: { resources?: Resources }[]
    initContainers?: { resources?: Resources }[]
  }
  const all = [...containers, ...initContainers].map(({ resources = {} }) => resources)
  if (all.every(({ requests = {}, limits = {} }) => Object.keys({ ...requests, ...limits }).length === 0)) return 'BestEffort'
  const guaranteed = ({ requests = {}, limits = {} }: Resources) =>
    ['cpu', 'memory'].every(name => limits[name] !== undefined && (requests[name] ?? limits[name]) === limits[name])
  return all.every(guaranteed) ? 'Guaranteed' : 'Burstable'
}
