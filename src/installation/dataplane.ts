/** Which dataplane moves packets, and how it starts where kube-proxy's work is not yet done. Never renders anything (spec/installation-controller.md §4.4). */
import type { InstallationSpec } from '../../api/installation.ts'
import type { Problem } from '../reconcile/problems.ts'
import type { Dataplane } from './calico.ts'
import type { Facts } from './facts.ts'

/** Of a spec with its defaults. */
export function dataplaneOf({ calicoNetwork }: InstallationSpec, facts: Pick<Facts, 'apiServer'>): Dataplane {
  switch (calicoNetwork?.linuxDataplane ?? 'Iptables') {
    case 'Iptables':
      return { kind: 'iptables' }
    case 'Nftables':
      return { kind: 'nftables' }
    case 'VPP':
      return { kind: 'vpp' }
    case 'BPF':
      return calicoNetwork?.bpfNetworkBootstrap === 'Enabled' ? { kind: 'bpf', bootstrap: bootstrap(facts) } : { kind: 'bpf' }
  }
}

/** Every address with every port; what has no address or no port is no way to the API. */
function bootstrap({ apiServer }: Pick<Facts, 'apiServer'>): { servicePorts: string[]; apiServerEndpoints: string[] } {
  const { clusterIPs, clusterIP, ports } = apiServer?.service?.spec ?? {}
  const addresses = clusterIPs ?? (clusterIP ? [clusterIP] : [])
  return {
    servicePorts: pairs(
      addresses,
      (ports ?? []).map(({ port }) => port),
    ),
    apiServerEndpoints: (apiServer?.slices ?? []).flatMap(slice =>
      pairs(
        (slice.endpoints ?? []).flatMap(endpoint => endpoint.addresses),
        (slice.ports ?? []).map(({ port }) => port),
      ),
    ),
  }
}

const pairs = (hosts: readonly string[], ports: readonly (number | undefined)[]): string[] =>
  hosts.filter(isAddress).flatMap(host => ports.flatMap(port => (port ? `${host.includes(':') ? `[${host}]` : host}:${port}` : [])))

const isAddress = (host: string): boolean => host !== '' && host !== 'None'

/** What keeps the BPF dataplane from finding the API by itself, all of it. */
export function bootstrapObstacles({ calicoNetwork }: InstallationSpec, facts: Pick<Facts, 'apiServer' | 'servicesEndpoint'>): Problem[] {
  if (calicoNetwork?.bpfNetworkBootstrap !== 'Enabled' || calicoNetwork.linuxDataplane !== 'BPF') return []
  const { apiServerEndpoints, servicePorts } = bootstrap(facts)
  const obstacle = (message: string, remedy: string): Problem => ({
    reason: 'ResourceValidationError',
    message: `bpfNetworkBootstrap requirements not met: ${message}`,
    path: 'spec.calicoNetwork.bpfNetworkBootstrap',
    remedy,
  })
  const bothWays = obstacle(
    'the ConfigMap kubernetes-services-endpoint says where the API is, so it is not to be found out',
    'Delete the ConfigMap, or leave bpfNetworkBootstrap out',
  )
  return [
    ...(facts.servicesEndpoint ? [bothWays] : []),
    ...(servicePorts.length > 0 ? [] : [obstacle('Service default/kubernetes has no address', 'See why it has none')]),
    ...(apiServerEndpoints.length > 0
      ? []
      : [obstacle('no EndpointSlice of Service default/kubernetes has an address', 'See why there is none')]),
  ]
}
