/** What all pods have in common, whatever runs in them (spec/installation-controller.md §10.2). Never decides about one component. */
import type { Calico } from '../installation/calico.ts'
import type { Container, EnvVar, PodSpec, Probe } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/objects.ts'
import { sortedByName } from './order.ts'
import { isRolledOut, withTemplate } from './workloads.ts'

/** What of the decided Calico concerns every pod. */
type Shared = Pick<Calico, 'v3' | 'pullSecrets' | 'tlsCipherSuites'>

const os = 'kubernetes.io/os'

/** On Linux unless the component says otherwise, with the user's pull secrets, the API group in use, and everything in the order of running pods. */
export function finishedPods<T extends KubeObject>(calico: Shared, object: T): T {
  const rolledOut = isRolledOut(object)
  const finishMain = (container: Container) => {
    const shared = mainContainer(withApiGroup(calico, container))
    return rolledOut ? withCipherSuites(calico, withProbes(shared)) : shared
  }
  return withTemplate(object, ({ spec, ...template }) => ({ ...template, spec: spec && finishedSpec(spec) }))

  function finishedSpec(spec: PodSpec): PodSpec {
    return {
      ...spec,
      nodeSelector: { [os]: 'linux', ...spec.nodeSelector },
      imagePullSecrets: [...(spec.imagePullSecrets ?? []), ...calico.pullSecrets.map(({ metadata: { name } }) => ({ name }))],
      volumes: spec.volumes && sortedByName(spec.volumes),
      initContainers: spec.initContainers?.map(container => withApiGroup(calico, container)),
      containers: spec.containers.map(finishMain),
    }
  }
}

const mainContainer = (container: Container): Container => ({
  imagePullPolicy: 'IfNotPresent',
  ...container,
  volumeMounts: container.volumeMounts && sortedByName(container.volumeMounts),
})

/** Calico's programs must use the group in which the operator found Calico's resources. */
const withApiGroup = ({ v3 }: Shared, container: Container): Container =>
  v3 ? { ...container, env: withVariable(container.env, { name: 'CALICO_API_GROUP', value: 'projectcalico.org/v3' }) } : container

const withCipherSuites = ({ tlsCipherSuites }: Shared, container: Container): Container => {
  const name = 'TLS_CIPHER_SUITES'
  if (tlsCipherSuites.length === 0 || container.env?.some(variable => variable.name === name)) return container
  return { ...container, env: withVariable(container.env, { name, value: tlsCipherSuites.join(',') }) }
}

/** At its own place when it is there, otherwise at the end. */
const withVariable = (env: EnvVar[] = [], wanted: EnvVar): EnvVar[] =>
  env.some(({ name }) => name === wanted.name) ? env.map(variable => (variable.name === wanted.name ? wanted : variable)) : [...env, wanted]

/** A probe that says nothing of its own asks seldom: hundreds of pods on small nodes are asked by one kubelet. */
const withProbes = ({ livenessProbe, readinessProbe, ...container }: Container): Container => ({
  ...container,
  livenessProbe: livenessProbe && probe(livenessProbe, 60),
  readinessProbe: readinessProbe && probe(readinessProbe, 30),
})

const probe = (own: Probe, periodSeconds: number): Probe => ({
  periodSeconds,
  timeoutSeconds: 5,
  failureThreshold: 3,
  successThreshold: 1,
  ...own,
})
