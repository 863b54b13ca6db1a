/** The GatewayClasses that are asked for, each with the EnvoyProxy it starts from, and what is wrong with them. Pure (spec/gatewayapi-istio.md §2.2). */
import type { EnvoyProxy } from '../../../api/gateway/kinds.ts'
import type { GatewayAPI, GatewayAPISpec } from '../../../api/gatewayapi.ts'
import { refOf } from '../../kube/objects.ts'
import type { Problem } from '../../reconcile/problems.ts'
import { isSubdomain } from '../overrides/names.ts'
import { workloadOverride } from '../overrides/workload.ts'

export type AskedClass = NonNullable<GatewayAPISpec['gatewayClasses']>[number]

/** One class, and how its proxies run. */
export interface DecidedClass {
  asked: AskedClass
  kind: 'envoyDaemonSet' | 'envoyDeployment'
  /** The user's own, where one is named. */
  base?: EnvoyProxy
}

/** Those of the spec; one where it says nothing, none where it lists none. */
export const askedClasses = ({ gatewayClasses }: Partial<GatewayAPISpec> = {}): AskedClass[] =>
  gatewayClasses ?? [{ name: 'tigera-gateway-class' }]

/** `namespace/name`, the key under which found proxies are given. */
export const proxyKey = ({ namespace, name }: NonNullable<AskedClass['envoyProxyRef']>): string => `${namespace}/${name}`

/** With the proxies found, by `proxyKey`. What is missing is told by `classProblems`. */
export const decidedClasses = (resource: GatewayAPI, proxies: ReadonlyMap<string, EnvoyProxy>): DecidedClass[] =>
  askedClasses(resource.spec).map(asked => {
    const base = asked.envoyProxyRef && proxies.get(proxyKey(asked.envoyProxyRef))
    return { asked, kind: kindOf(asked, base), ...(base && { base }) }
  })

const kubernetesOf = (base: EnvoyProxy | undefined) => base?.spec?.provider?.kubernetes ?? {}

/** A proxy that says what it is stays that. */
function kindOf({ gatewayKind }: AskedClass, base: EnvoyProxy | undefined): DecidedClass['kind'] {
  const { envoyDaemonSet, envoyDeployment } = kubernetesOf(base)
  if (envoyDaemonSet) return 'envoyDaemonSet'
  return !envoyDeployment && gatewayKind === 'DaemonSet' ? 'envoyDaemonSet' : 'envoyDeployment'
}

/** Everything that is wrong with the classes, and the proxies that are missing. */
export function classProblems(resource: GatewayAPI, proxies: ReadonlyMap<string, EnvoyProxy>): Problem[] {
  const at = problemsAt(resource)
  return askedClasses(resource.spec).flatMap((asked, index, all) => {
    const path = `spec.gatewayClasses[${index}]`
    const base = asked.envoyProxyRef && proxies.get(proxyKey(asked.envoyProxyRef))
    return [
      ...namedRight(asked, { path, first: all.findIndex(({ name }) => name === asked.name), index }, at),
      ...(asked.envoyProxyRef ? (base ? conflicts(asked, base, path) : [missing(asked.envoyProxyRef, path)]) : []).map(problem =>
        at(problem),
      ),
      ...overrideProblems(asked, path).map(fault => at({ ...fault, reason: 'ResourceValidationError' })),
    ]
  })
}

type Told = Pick<Problem, 'path' | 'message' | 'remedy'> & { reason?: Problem['reason'] }

const problemsAt =
  (resource: GatewayAPI) =>
  ({ reason = 'ResourceReadError', ...told }: Told): Problem => ({ reason, object: refOf(resource), ...told })

interface Place {
  path: string
  index: number
  /** The first class of the same name. */
  first: number
}

function namedRight({ name }: AskedClass, { path, index, first }: Place, at: (told: Told) => Problem): Problem[] {
  const told = (message: string, remedy: string) => at({ reason: 'ResourceValidationError', path: `${path}.name`, message, remedy })
  return [
    ...(isSubdomain(name)
      ? []
      : [told(`${JSON.stringify(name)} is no name of an object`, 'Write lower-case letters, digits, "-" and ".", at most 253 of them')]),
    ...(first === index ? [] : [told(`${JSON.stringify(name)} is the name of spec.gatewayClasses[${first}] too`, 'Name each class once')]),
  ]
}

const missing = ({ namespace, name }: NonNullable<AskedClass['envoyProxyRef']>, path: string): Told => ({
  path: `${path}.envoyProxyRef`,
  message: `Error reading EnvoyProxyRef: there is no EnvoyProxy ${namespace}/${name}`,
  remedy: 'Create it, or leave envoyProxyRef out',
})

function conflicts({ gatewayKind }: AskedClass, base: EnvoyProxy, path: string): Told[] {
  const { envoyDaemonSet, envoyDeployment, envoyHpa } = kubernetesOf(base)
  const { namespace, name } = base.metadata
  const other =
    (gatewayKind === 'DaemonSet' && ((envoyDeployment && 'envoyDeployment') || (envoyHpa && !envoyDaemonSet && 'envoyHpa'))) ||
    (gatewayKind === 'Deployment' && envoyDaemonSet && 'envoyDaemonSet')
  if (!other) return []
  return [
    {
      path: `${path}.gatewayKind`,
      message: `Conflict between EnvoyProxyRef and GatewayKind: it is ${gatewayKind}, and EnvoyProxy ${namespace}/${name} has spec.provider.kubernetes.${other}`,
      remedy: `Leave gatewayKind out, or take ${other} out of the EnvoyProxy`,
    },
  ]
}

function overrideProblems({ gatewayDeployment, gatewayDaemonSet, gatewayService }: AskedClass, path: string): Told[] {
  return [
    ...(gatewayDeployment ? workloadOverride(gatewayDeployment, `${path}.gatewayDeployment`) : []),
    ...(gatewayDaemonSet ? workloadOverride(gatewayDaemonSet, `${path}.gatewayDaemonSet`) : []),
    ...(gatewayService?.metadata ? workloadOverride({ metadata: gatewayService.metadata }, `${path}.gatewayService`) : []),
  ]
}
