/** Simulated nodes: node-0, node-1, … with addresses and pod ranges that follow from their number; and what a kubelet says of itself. */
import type { Node, Taint } from '../../kube/kinds.ts'
import type { Transport } from '../../kube/transport.ts'

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
export function nodesOf(groups: NodeGroup[], families: Family[] = ['IPv4'], first = 0): Node[] {
  let number = first
  return groups.flatMap(group => Array.from({ length: group.count }, () => nodeOf(number++, { families, ...group })))
}

/** Creates them. Throws when the server refuses one. */
export async function createNodes(transport: Transport, groups: NodeGroup[], families: Family[] = ['IPv4']): Promise<void> {
  for (const node of nodesOf(groups, families)) {
    const { status, body } = await transport.request({ method: 'POST', path: '/api/v1/nodes', body: node })
    if (status !== 201) throw new Error(`node ${node.metadata.name} was refused: ${(body as { message?: string }).message ?? status}`)
  }
}

function nodeOf(number: number, { labels, providerID, os = 'linux', families = ['IPv4'], taints }: NodeGroup): Node {
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
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': os,
        'kubernetes.io/arch': 'amd64',
        // The controllers of nodes add these, and what follows.
        'beta.kubernetes.io/os': os,
        'beta.kubernetes.io/arch': 'amd64',
        ...(number === 0 && { 'node-role.kubernetes.io/control-plane': '' }),
        ...labels,
      },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
    },
    spec: {
      podCIDR: podCIDRs[0]!,
      podCIDRs,
      ...(providerID !== undefined && { providerID: providerID.replaceAll('{i}', String(number)) }),
      ...(taints && { taints }),
    },
    status: {
      addresses: [...addresses.map(address => ({ type: 'InternalIP', address })), { type: 'Hostname', address: name }],
      capacity: resources,
      allocatable: resources,
      nodeInfo: {
        architecture: 'amd64',
        operatingSystem: os,
        kubeletVersion: 'v1.35.4',
        kubeProxyVersion: 'v1.35.4',
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

const quiet = [
  ['MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
] as const

const silence = ['NodeStatusUnknown', 'Kubelet stopped posting node status.'] as const

/** The status of a node whose kubelet is well, as it says at this moment; or of one that has fallen silent, as others say of it. */
export function nodeStatus({ status = {} }: Node, { now, silent = false }: { now: string; silent?: boolean }): NonNullable<Node['status']> {
  const condition = (type: string, is: string, words: readonly [string, string]) => {
    const [value, [reason, message]] = silent ? ['Unknown', silence] : [is, words]
    const old = status.conditions?.find(each => each.type === type)
    const lastTransitionTime = old?.status === value ? old.lastTransitionTime : now
    return { type, status: value, lastHeartbeatTime: silent ? old?.lastHeartbeatTime : now, lastTransitionTime, reason, message }
  }
  return {
    ...status,
    conditions: [
      ...quiet.map(([type, reason, message]) => condition(type, 'False', [reason, message])),
      condition('Ready', 'True', ['KubeletReady', 'kubelet is posting ready status']),
    ],
  }
}

/** The addresses of one pod on a node: so many places into each of its pod ranges. */
export function podAddresses({ spec }: Node, place: number): string[] {
  return (spec?.podCIDRs ?? []).map(cidr => {
    const [address = ''] = cidr.split('/')
    if (address.includes(':')) return `${address.replace(/::$/, '')}::${(place + 2).toString(16)}`
    const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
    return [a, b, c, d + 2 + (place % 250)].join('.')
  })
}
