/** Envoy Gateway, which serves the Gateways of the cluster, and the classes by which these are asked for (spec/gatewayapi-istio.md §2.5). */
import type { Calico } from '../../installation/calico.ts'
import type { DecidedClass } from '../../installation/gateway/classes.ts'
import { completed, controllerOf, type Tree } from '../../installation/gateway/config.ts'
import { type KubeObject, refOf } from '../../kube/objects.ts'
import type { Wanted } from '../../reconcile/controller.ts'
import { namespaces } from '../namespaces/namespaces.ts'
import { gatewaySystem } from '../parts/places.ts'
import { certgen, certgenAccess, topologyWebhook } from './certgen.ts'
import { gatewayClass } from './classes.ts'
import { gatewayController } from './controller.ts'
import { safeUpgrades } from './upgrades.ts'

export interface GatewayParts {
  /** As the user wrote it, or the usual one. */
  config: Tree
  classes: readonly DecidedClass[]
  /** The certificates are to be made. */
  certificates: boolean
}

export function gateway(calico: Calico, { config, classes, certificates }: GatewayParts): (KubeObject | Wanted)[] {
  const job = certgen(calico)
  const complete = completed(config, {
    rateLimit: calico.image('envoyRatelimit'),
    shutdownManager: calico.image('envoyGateway'),
    pullSecrets: calico.pullSecrets.map(({ metadata: { name } }) => name),
  })
  return [
    ...namespaces(calico, gatewaySystem),
    ...certgenAccess(),
    topologyWebhook(),
    ...safeUpgrades(),
    // By the controller's image is known for which version certificates were asked for: so they are asked for first.
    ...gatewayController(calico, complete).map(object =>
      certificates && object.kind === 'Deployment' ? { object, after: [{ ref: refOf(job), is: 'written' as const }] } : object,
    ),
    ...(certificates ? [job] : []),
    ...classes.flatMap(decided => gatewayClass(calico, controllerOf(complete), decided)),
  ]
}
