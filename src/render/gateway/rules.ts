/** What the programs of Envoy Gateway may do. Tables. */
import type { PolicyRule } from '../../kube/kinds.ts'
import { allow } from '../parts/rbac.ts'

const see = ['get', 'list', 'watch']
const envoy = 'gateway.envoyproxy.io'
const gateway = 'gateway.networking.k8s.io'

const policies = [
  'backends',
  'backendtrafficpolicies',
  'clienttrafficpolicies',
  'envoyextensionpolicies',
  'envoypatchpolicies',
  'securitypolicies',
]
const routes = ['gateways', 'grpcroutes', 'httproutes', 'listenersets', 'tcproutes', 'tlsroutes', 'udproutes', 'backendtlspolicies']
const statusOf = (resources: readonly string[]) => resources.map(resource => `${resource}/status`)

/** The controller, of the whole cluster: what Gateways ask for, and what they lead to. */
export const controllerRules: PolicyRule[] = [
  allow('', ['nodes', 'namespaces', 'configmaps', 'secrets', 'services'], see),
  allow('apps', ['deployments', 'daemonsets'], see),
  allow('discovery.k8s.io', ['endpointslices'], see),
  allow('multicluster.x-k8s.io', ['serviceimports'], see),
  allow(envoy, [...policies, 'envoyproxies', 'httproutefilters'], see),
  allow(envoy, statusOf(policies), ['update']),
  allow(gateway, [...routes, 'referencegrants'], see),
  allow(gateway, ['gatewayclasses'], [...see, 'patch', 'update']),
  allow(gateway, statusOf([...routes, 'gatewayclasses']), ['update']),
  // Which zone a pod runs in is only known when it is bound to a node.
  allow('', ['pods', 'pods/binding'], [...see, 'patch', 'update']),
]

const make = ['create', 'get', 'delete', 'deletecollection', 'patch', 'list', 'watch']

/** The controller, in its own namespace: where the proxies run. */
export const proxyRules: PolicyRule[] = [
  allow('', ['serviceaccounts', 'services', 'configmaps'], make),
  allow('apps', ['deployments', 'daemonsets'], make),
  allow(['autoscaling', 'policy'], ['horizontalpodautoscalers', 'poddisruptionbudgets'], make),
  allow('certificates.k8s.io', ['clustertrustbundles'], see),
]

export const leaderRules: PolicyRule[] = [
  allow('', ['configmaps'], ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']),
  allow('coordination.k8s.io', ['leases'], ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']),
  allow('', ['events'], ['create', 'patch']),
]

/** The Job that makes certificates: it keeps them in Secrets, and tells the API server whom to trust. */
export const certificateRules: PolicyRule[] = [allow('', ['secrets'], ['get', 'create', 'update'])]

export const webhookRules = (name: string): PolicyRule[] => [
  allow('admissionregistration.k8s.io', ['mutatingwebhookconfigurations'], see),
  { ...allow('admissionregistration.k8s.io', ['mutatingwebhookconfigurations'], ['update', 'patch']), resourceNames: [name] },
]
