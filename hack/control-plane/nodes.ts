/** Nodes of a simulated cluster as objects: node-0, node-1, … with addresses and pod ranges that follow from their number. */
import type { Node, Taint } from '../../src/kube/kinds.ts'
import { kubernetesVersion } from './binaries.ts'

export type Family = 'IPv4' | 'IPv6'

export interface NodeGroup {
  count: number
  labels?: Record<string, string>
  /** {i} stands for the node's number. */
  providerID?: string
  os?: string
  families?: Family[]
  taints?: Taint[]
}

/** The nodes of all groups, numbered through from `first`. Node 0 is the control plane's. */
export function nodes(groups: NodeGroup[], first = 0): Node[] {
  let number = first
  return groups.flatMap(group => Array.from({ length: group.count }, () => node(number++, group)))
}

function node(number: number, { labels, providerID, os = 'linux', families = ['IPv4'], taints }: NodeGroup): Node {
  const name = `node-${number}`
  const podCIDRs = families.map(family =>
    family === 'IPv4' ? `${ipv4(10, 42, number * 256)}/24` : `fd00:42:0:${number.toString(16)}::/64`,
  )
  const addresses = families.map(family => (family === 'IPv4' ? ipv4(172, 31, number + 1) : `fd00:31::${(number + 1).toString(16)}`))
  const resources = { cpu: '16', memory: '64Gi', pods: '250', 'ephemeral-storage': '100Gi' }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      // Kwok plays the kubelet of nodes that carry it.
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': os,
        'kubernetes.io/arch': 'amd64',
        ...(number === 0 && { 'node-role.kubernetes.io/control-plane': '' }),
        ...labels,
      },
    },
    spec: {
      podCIDR: podCIDRs[0]!,
      podCIDRs,
      ...(providerID !== undefined && { providerID: providerID.replaceAll('{i}', String(number)) }),
      ...(taints && { taints }),
    },
    status: {
      phase: 'Running',
      addresses: [...addresses.map(address => ({ type: 'InternalIP', address })), { type: 'Hostname', address: name }],
      capacity: resources,
      allocatable: resources,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'simulated' }],
      nodeInfo: {
        architecture: 'amd64',
        operatingSystem: os,
        kubeletVersion: kubernetesVersion,
        kubeProxyVersion: kubernetesVersion,
        containerRuntimeVersion: 'containerd://2.1.0',
        kernelVersion: '6.12.0',
        osImage: os === 'windows' ? 'Windows Server 2022' : 'Linux',
        bootID: '',
        machineID: '',
        systemUUID: '',
      },
    },
  }
}

/** The address so many places after a.b.0.0; carries into b. */
const ipv4 = (a: number, b: number, offset: number): string => [a, b + (offset >> 16), (offset >> 8) & 255, offset & 255].join('.')
