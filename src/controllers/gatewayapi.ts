/** Envoy Gateway, where a resource of kind GatewayAPI asks for it. Its CRDs are kept by a controller of their own. */
import * as gatewayKinds from '../../api/gateway/kinds.ts'
import { GatewayAPI } from '../../api/gatewayapi.ts'
import { askedClasses, classProblems, decidedClasses, proxyKey } from '../installation/gateway/classes.ts'
import { type ConfigRead, readConfig, usualConfig } from '../installation/gateway/config.ts'
import * as kinds from '../kube/kinds.ts'
import { type ObjectRef, ownerOf, refOf } from '../kube/objects.ts'
import { defineController, type Outcome, type Reader } from '../reconcile/controller.ts'
import { type Problem, Waiting } from '../reconcile/problems.ts'
import { finish } from '../render/finish.ts'
import { certgenName, webhookName } from '../render/gateway/certgen.ts'
import { gateway } from '../render/gateway/gateway.ts'
import { calicoSystem, gatewaySystem } from '../render/parts/places.ts'
import { type Decision, readAsked, readStanding, withoutInstallation } from './asked.ts'
import { calicoFor, type Heard, readAsking, undecided } from './asking.ts'
import type { Surroundings } from './surroundings.ts'

interface Found extends Heard<GatewayAPI> {
  /** Undefined without an Installation. */
  decision?: Decision
  /** What the ConfigMap of the user says; undefined when none is named. */
  custom?: ConfigRead
  /** EnvoyProxies that are there of those that are named, by namespace and name. */
  proxies: ReadonlyMap<string, gatewayKinds.EnvoyProxy>
  certificates: CertificatesFound
  /** Calico has begun to connect pods: before that none would run. */
  connected: boolean
}

interface CertificatesFound {
  /** The Secret that the controller needs. */
  secret: boolean
  /** The API server knows whom to trust. */
  trusted: boolean
  /** Images of the controller that is there; none where there is none. */
  running: string[]
  /** Pods of it are at work. */
  available: boolean
  job?: kinds.Job
}

const serves = { kind: GatewayAPI, name: 'default', otherwise: 'tigera-secure' }

export const gatewayApi = ({ environment }: Surroundings) =>
  defineController<Found>({
    name: 'gatewayapi',
    serves,
    reports: 'gatewayapi',
    places: [gatewaySystem],
    makes: [
      ...[kinds.ServiceAccount, kinds.ClusterRole, kinds.ClusterRoleBinding, kinds.Role, kinds.RoleBinding],
      ...[kinds.ConfigMap, kinds.Secret, kinds.Service, kinds.Deployment, kinds.Job],
      ...[kinds.MutatingWebhookConfiguration, gatewayKinds.EnvoyProxy, gatewayKinds.GatewayClass],
    ],

    async read(cluster) {
      const [heard, asked] = await Promise.all([readAsking(cluster, serves), readAsked(cluster)])
      if (!heard) return undefined
      const { resource } = heard
      const [decision, custom, proxies, certificates, account] = await Promise.all([
        asked && readStanding(cluster, environment, asked),
        readCustom(cluster, resource),
        readProxies(cluster, resource),
        readCertificates(cluster),
        cluster.get(kinds.ServiceAccount, 'calico-node', calicoSystem),
      ])
      return { ...heard, decision, custom, proxies, certificates, connected: account !== undefined }
    },

    desired(found) {
      const { decision, custom, proxies, certificates, connected, ...heard } = found
      const { resource } = heard
      if (!decision) throw new Waiting([withoutInstallation])
      const calico = calicoFor(
        { ...heard, decision },
        {
          images: ['envoyGateway', 'envoyProxy', 'envoyRatelimit'],
          overrides: ['gatewayControllerDeployment', 'gatewayCertgenJob'],
          wrong: [...(custom?.problems ?? []), ...classProblems(resource, proxies)],
          missing: connected ? [] : [undecided],
        },
      )
      const wanted = needsCertificates(certificates, calico.image('envoyGateway'))
      const objects = gateway(calico, {
        config: custom?.config ?? usualConfig,
        classes: decidedClasses(resource, proxies),
        certificates: wanted,
      })
      return {
        objects: finish(calico, objects, { owner: ownerOf(resource), spec: resource.spec ?? {} }),
        // What is finished goes by itself.
        keeps: { objects: [job] },
        problems: failed(certificates),
        warnings: custom?.warnings ?? [],
      } satisfies Outcome
    },
  })

async function readCustom(cluster: Reader, resource: GatewayAPI): Promise<ConfigRead | undefined> {
  const named = resource.spec?.envoyGatewayConfigRef
  if (!named) return undefined
  const map = await cluster.get(kinds.ConfigMap, named.name, named.namespace)
  return map ? readConfig(map) : { problems: [{ ...withoutConfig(named), object: refOf(resource) }], warnings: [] }
}

async function readProxies(cluster: Reader, { spec }: GatewayAPI): Promise<Map<string, gatewayKinds.EnvoyProxy>> {
  const named = askedClasses(spec).flatMap(({ envoyProxyRef }) => envoyProxyRef ?? [])
  const found = await Promise.all(named.map(ref => cluster.get(gatewayKinds.EnvoyProxy, ref.name, ref.namespace)))
  return new Map(named.flatMap((ref, index) => (found[index] ? [[proxyKey(ref), found[index]] as const] : [])))
}

async function readCertificates(cluster: Reader): Promise<CertificatesFound> {
  const name = 'envoy-gateway'
  const [secret, webhook, controller, job] = await Promise.all([
    cluster.get(kinds.Secret, name, gatewaySystem),
    cluster.get(kinds.MutatingWebhookConfiguration, webhookName),
    cluster.get(kinds.Deployment, name, gatewaySystem),
    cluster.get(kinds.Job, certgenName, gatewaySystem),
  ])
  return {
    secret: secret !== undefined,
    trusted: webhook?.webhooks?.every(({ clientConfig }) => clientConfig.caBundle) ?? false,
    running: (controller?.spec?.template.spec?.containers ?? []).flatMap(container =>
      container.name === name ? (container.image ?? []) : [],
    ),
    available: (controller?.status?.availableReplicas ?? 0) > 0,
    ...(job && !job.metadata.deletionTimestamp && { job }),
  }
}

/**
 * The Job runs until what it makes is there, both of it, and once more for each version of the controller. It vanishes when it has run, and leaves no record
 * but these; so it is written before the controller is, and once it is not needed nobody asks whether it is there. Pods cannot start without
 * the Secret: where they are at work and there is no trace of it at all, the Job runs in vain, as on simulated nodes.
 */
const needsCertificates = ({ secret, trusted, running, available }: CertificatesFound, image: string): boolean =>
  !running.includes(image) || secret !== trusted || (!secret && !available)

const job: ObjectRef = { apiVersion: 'batch/v1', kind: 'Job', name: certgenName, namespace: gatewaySystem }

function failed({ job: itself }: CertificatesFound): Problem[] {
  const failure = itself?.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True')
  if (!failure) return []
  return [
    {
      reason: 'PodFailure',
      message: `the certificates of Envoy Gateway could not be made: ${failure.message ?? failure.reason ?? 'its pods failed'}`,
      object: job,
      remedy: 'See the log of its pod; it is tried again',
    },
  ]
}

const withoutConfig = ({ namespace, name }: { namespace: string; name: string }): Problem => ({
  reason: 'ResourceReadError',
  message: `Error reading EnvoyGatewayConfigRef: there is no ConfigMap ${namespace}/${name}`,
  path: 'spec.envoyGatewayConfigRef',
  remedy: 'Create it, or leave envoyGatewayConfigRef out',
})
