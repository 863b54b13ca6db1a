/** Pods: their account, priority and tolerations filled in, as the API server's own admission does. Never runs one. */
import { isMap } from '../../kube/objects.ts'
import type { Call } from '../call.ts'
import { put } from '../fields.ts'
import { generatedName } from '../meta.ts'
import type { Item } from '../objects.ts'
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
function withAccount(server: Server, { namespace = '' }: Call, object: Item): Item {
  const spec = specOf(object)
  const name = String(spec.serviceAccountName || 'default')
  const account = server.store.collection('serviceaccounts').get(`${namespace}/${name}`)
  // The account that every Namespace gets may be a moment late, and is waited for.
  if (!account && name !== 'default') {
    throw refused(object, `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`)
  }
  const named = { ...spec, serviceAccountName: name, serviceAccount: name }
  const mounts = spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true
  return put(object, ['spec'], mounts ? withToken(named, server) : named)
}

interface Container {
  volumeMounts?: { mountPath: string }[]
}

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Containers that mount nothing there themselves get the account's token, the root certificate and the Namespace's name. */
function withToken(spec: Record<string, unknown>, { random }: Server): Record<string, unknown> {
  const name = generatedName('kube-api-access-', random)
  const mount = { name, readOnly: true, mountPath: tokenPath }
  let used = false
  const mounted = (containers: unknown) =>
    (containers as Container[] | undefined)?.map(container => {
      const { volumeMounts = [] } = container
      if (volumeMounts.some(({ mountPath }) => mountPath === tokenPath)) return container
      used = true
      return { ...container, volumeMounts: [...volumeMounts, mount] }
    })
  const [containers, initContainers] = [mounted(spec.containers), mounted(spec.initContainers)]
  if (!used) return spec
  const volumes = [...((spec.volumes ?? []) as object[]), { name, projected: tokenVolume }]
  return { ...spec, containers, ...(initContainers && { initContainers }), volumes }
}

const tokenVolume = {
  sources: [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
  ],
  defaultMode: 420,
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
