/** What a cluster has before anybody asks: system Namespaces, the API server's own Service, priority classes, APIServices of what is built in. */
import { network, textOf } from './addresses.ts'
import { apiServices } from './controllers/apiservices.ts'
import { timestamp, uuid } from './meta.ts'
import type { Item } from './objects.ts'
import type { Server } from './server.ts'

type Fields = Record<string, unknown>

export function seed(server: Server): void {
  const put = (kind: string, { metadata, ...rest }: Fields & { metadata: Fields }) =>
    server.store.put(kind, {
      ...rest,
      metadata: { ...metadata, uid: uuid(server.random), creationTimestamp: timestamp(server.clock) },
    } as unknown as Item)
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) put('namespaces', namespace(name))
  put('services', kubernetes(server.settings.serviceCIDRs))
  put('endpointslices.discovery.k8s.io', kubernetesSlice(server.settings.serviceCIDRs))
  put('servicecidrs.networking.k8s.io', serviceCidr(server.settings.serviceCIDRs))
  for (const [name, value] of [
    ['system-node-critical', 2_000_001_000],
    ['system-cluster-critical', 2_000_000_000],
  ] as const) {
    put('priorityclasses.scheduling.k8s.io', priorityClass(name, value))
  }
  for (const each of groupVersions(server)) put(apiServices, apiService(each, timestamp(server.clock)))
  put('clusterroles.rbac.authorization.k8s.io', clusterAdmin)
}

const namespace = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
  spec: { finalizers: ['kubernetes'] },
  status: { phase: 'Active' },
})

function kubernetes([cidr = '']: readonly string[]) {
  const { family, first } = network(cidr)
  const clusterIP = textOf(family, first + 1n)
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }],
      clusterIP,
      clusterIPs: [clusterIP],
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ipFamilies: [family],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
    },
    status: { loadBalancer: {} },
  }
}

/** Where an API server says that it answers; nothing ever connects there. */
const advertised = { IPv4: '192.0.2.1', IPv6: '2001:db8::1' }

function kubernetesSlice([cidr = '']: readonly string[]) {
  const { family } = network(cidr)
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', generation: 1, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: family,
    endpoints: [{ addresses: [advertised[family]], conditions: { ready: true } }],
    ports: [{ name: 'https', protocol: 'TCP', port: 6443 }],
  }
}

const serviceCidr = (cidrs: readonly string[]) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name: 'kubernetes' },
  spec: { cidrs: [...cidrs] },
  status: {},
})

const priorityClass = (name: string, value: number) => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name, generation: 1 },
  value,
  preemptionPolicy: 'PreemptLowerPriority',
  description: `Used for system critical pods that must ${name === 'system-node-critical' ? 'not be moved from their current node' : 'run in the cluster, but can be moved to another node if necessary'}.`,
})

function groupVersions({ catalogue }: Server): string[] {
  const builtin = catalogue.all.filter(({ custom, group }) => !custom && group !== 'apiregistration.k8s.io')
  return [...new Set(builtin.map(({ group, version }) => `${version}.${group}`))]
}

/** From the first that clients look at to the last. */
const groupPriorities: Record<string, number> = {
  '': 18000,
  apps: 17800,
  'events.k8s.io': 17750,
  'authentication.k8s.io': 17700,
  'authorization.k8s.io': 17600,
  autoscaling: 17500,
  batch: 17400,
  'certificates.k8s.io': 17300,
  'networking.k8s.io': 17200,
  policy: 17100,
  'rbac.authorization.k8s.io': 17000,
  'storage.k8s.io': 16800,
  'admissionregistration.k8s.io': 16700,
  'apiextensions.k8s.io': 16700,
  'scheduling.k8s.io': 16600,
  'coordination.k8s.io': 16500,
  'node.k8s.io': 16300,
  'discovery.k8s.io': 16200,
}

function versionPriority(name: string, version: string): number {
  if (name === 'v1.') return 1
  if (version.includes('alpha')) return 9
  if (version.includes('beta')) return 12
  return version === 'v2' ? 30 : 15
}

function apiService(name: string, lastTransitionTime: string) {
  const [version, ...group] = name.split('.')
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name, labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
    spec: {
      ...(group.join('.') && { group: group.join('.') }),
      version,
      groupPriorityMinimum: groupPriorities[group.join('.')] ?? 16100,
      versionPriority: versionPriority(name, version!),
    },
    status: {
      conditions: [
        { type: 'Available', status: 'True', lastTransitionTime, reason: 'Local', message: 'Local APIServices are always available' },
      ],
    },
  }
}

const clusterAdmin = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'cluster-admin', labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } },
  rules: [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ],
}
