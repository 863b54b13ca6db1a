/**
 * The CRDs of Gateway API v1.5.1 (experimental channel) and Envoy Gateway v1.8.0: their names, and what they say. That is large, so it is read only when
 * asked for, and parts that occur again and again are one object in memory (spec/gatewayapi-istio.md §2.3).
 */

export interface GatewayDefinition {
  apiVersion: 'apiextensions.k8s.io/v1'
  kind: 'CustomResourceDefinition'
  metadata: { name: string; annotations?: Record<string, string> }
  spec: {
    group: string
    names: { kind: string; plural: string }
    scope: string
    versions: { name: string; schema: { openAPIV3Schema: object } }[]
  }
}

const gatewayApi = 'gateway.networking.k8s.io'
const experiments = 'gateway.networking.x-k8s.io'
const envoy = 'gateway.envoyproxy.io'

/** Without these nothing works, wherever it is. */
const needed = [
  ...['gatewayclasses', 'gateways', 'httproutes', 'referencegrants'].map(plural => `${plural}.${gatewayApi}`),
  ...['backends', 'backendtrafficpolicies', 'clienttrafficpolicies', 'envoyextensionpolicies'].map(plural => `${plural}.${envoy}`),
  ...['envoypatchpolicies', 'envoyproxies', 'httproutefilters', 'securitypolicies'].map(plural => `${plural}.${envoy}`),
]

/** A platform that brings Gateway API itself may refuse these, and is right to. */
const furtherOnes = [
  ...['backendtlspolicies', 'grpcroutes', 'listenersets', 'tcproutes', 'tlsroutes', 'udproutes'].map(plural => `${plural}.${gatewayApi}`),
  ...['xbackendtrafficpolicies', 'xmeshes'].map(plural => `${plural}.${experiments}`),
]

export const neededDefinitions: ReadonlySet<string> = new Set(needed)

/** Names of all 20. */
export const gatewayDefinitionNames: ReadonlySet<string> = new Set([...needed, ...furtherOnes])

interface Packed {
  /** What is inside another comes before it. */
  shared: readonly unknown[]
  definitions: readonly unknown[]
}

let loading: Promise<Packed> | undefined

/** Reads the file, once. Whoever simulates time awaits this before: how long a file takes, no simulated clock knows. */
export const loadGatewayDefinitions = async (): Promise<void> => {
  await packed()
}

function packed(): Promise<Packed> {
  loading ??= import('./gen/definitions.json', { with: { type: 'json' } }).then(({ default: all }) => all as Packed)
  return loading
}

/** All 20, made anew each time, of parts that are shared: nobody may change any. */
export const readGatewayDefinitions = async (): Promise<GatewayDefinition[]> => unpacked(await packed())

/** `{ "$": 3 }` stands for the fourth of the shared parts. */
function unpacked({ shared, definitions }: Packed): GatewayDefinition[] {
  const parts: unknown[] = []
  const unpack = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(unpack)
    if ('$' in value) return parts[value.$ as number]
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, unpack(inner)]))
  }
  for (const part of shared) parts.push(unpack(part))
  return definitions.map(definition => unpack(definition) as GatewayDefinition)
}
