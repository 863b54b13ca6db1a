/** What of an APIServer follows from the cluster it is in and from its own overrides, and what it may say. Never talks to the cluster (spec/apiserver-tiers-webhooks.md §2, §4.1, §6). */
import type { APIServer, APIServerSpec } from '../../api/apiserver.ts'
import { refOf } from '../kube/objects.ts'
import type { Problem } from '../reconcile/problems.ts'
import type { Calico } from './calico.ts'

/** Where a server listens. */
export interface Listening {
  /** In the network of its node. */
  readonly hostNetwork: boolean
  readonly port: number
}

export interface ApiServer extends Listening {
  /** In lower case. */
  readonly logLevel: string
  readonly webhooks: Listening
}

/** Ports and networks are decided before anything is rendered, because Services, policies and arguments repeat them. */
export function apiServerOf(
  { logging, apiServerDeployment, calicoWebhooksDeployment }: APIServerSpec,
  { provider, cni }: Calico,
): ApiServer {
  const outOfReach = provider.hostNetworkForApiWith === cni.type
  const servers = apiServerDeployment?.spec?.template?.spec
  const webhooks = calicoWebhooksDeployment?.spec?.template?.spec
  return {
    hostNetwork: outOfReach,
    port: portIn(servers?.containers, 'calico-apiserver') ?? 5443,
    logLevel: logging?.apiServer?.logSeverity?.toLowerCase() || 'info',
    webhooks: { hostNetwork: webhooks?.hostNetwork ?? outOfReach, port: portIn(webhooks?.containers, 'calico-webhooks') ?? 6443 },
  }
}

type Containers = readonly { name: string; ports?: { name: string; containerPort: number }[] }[]

/** The last entry of a name counts, as for all overrides. */
const portIn = (containers: Containers | undefined, name: string): number | undefined =>
  containers?.findLast(container => container.name === name && container.ports?.length)?.ports?.[0]?.containerPort

/** Which port is whose. */
const owners: Readonly<Record<string, string>> = {
  apiserver: 'calico-apiserver',
  queryserver: 'tigera-queryserver',
  l7admctrl: 'calico-l7-admission-controller',
  'calico-webhooks': 'calico-webhooks',
}

/** Everything that is wrong with the ports of its overrides; the schema knows which names there are. */
export const portFaults = (server: APIServer): Problem[] =>
  (['apiServerDeployment', 'calicoWebhooksDeployment'] as const).flatMap(field => {
    const containers: Containers = server.spec?.[field]?.spec?.template?.spec?.containers ?? []
    return containers.flatMap(({ name, ports = [] }, index) =>
      ports.flatMap(({ name: port, containerPort }, at) => {
        const path = `spec.${field}.spec.template.spec.containers[${index}].ports[${at}]`
        const wrong = (below: string, message: string, remedy: string): Problem => ({
          ...{ reason: 'ResourceValidationError' as const, object: refOf(server), path: `${path}.${below}` },
          ...{ message, remedy },
        })
        const said = [port, containerPort].filter(each => each !== undefined)
        const taken = ports.slice(0, at).some(other => said.includes(other.name) || said.includes(other.containerPort))
        return [
          ...(taken ? [wrong('name', `port ${said.join(', ')}, is there already`, 'Leave one of them')] : []),
          // Where one has no name, that has been told.
          ...(!name || !port || owners[port] === name
            ? []
            : [wrong('name', `port ${port} is not one of container ${name}`, `Give it to container ${owners[port]}`)]),
          ...(containerPort >= 1 && containerPort <= 65535
            ? []
            : [wrong('containerPort', `${containerPort} is no port`, 'Write a number from 1 to 65535')]),
        ]
      }),
    )
  })
