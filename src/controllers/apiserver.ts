/** What stands between users and Calico's own resources: the aggregated API server, or webhooks where those resources are CRDs. */
import { APIServer } from '../../api/apiserver.ts'
import { NetworkPolicy } from '../../api/v3/network-policy.ts'
import type { KeyPair } from '../certificates/keys.ts'
import { pairOf } from '../certificates/read.ts'
import { type ApiServer, apiServerOf, portFaults } from '../installation/api-server.ts'
import type { Calico } from '../installation/calico.ts'
import { serviceNames } from '../installation/service-names.ts'
import * as kinds from '../kube/kinds.ts'
import { type Kind, type KubeObject, refOf } from '../kube/objects.ts'
import { defineController } from '../reconcile/controller.ts'
import type { Problem } from '../reconcile/problems.ts'
import { access } from '../render/apiserver/access.ts'
import { apiServer as extension } from '../render/apiserver/apiserver.ts'
import { accessPolicy } from '../render/apiserver/policy.ts'
import { aggregated, retired, retiredWithWebhooks } from '../render/apiserver/retired.ts'
import { calicoSystem } from '../render/parts/places.ts'
import { policyName, registered, webhooks } from '../render/webhooks/webhooks.ts'
import { withoutInstallation } from './asked.ts'
import { readMoving, standstill } from './datastore-migration.ts'
import { isLocal, localApi } from './local-api.ts'
import { inPlaceOf, readManifestServer } from './manifest-apiserver.ts'
import { type Made, operandKinds, outcomeOf, readOperand, ready } from './operand.ts'
import { readWaitingRequests } from './requests.ts'
import type { Surroundings } from './surroundings.ts'

const serves = { kind: APIServer, name: 'default', otherwise: 'tigera-secure' }

type Pair = 'calico-apiserver-certs' | 'query-server-tls' | 'calico-webhooks-tls'

/** That of the API server is there in both modes: clusters change from one to the other. */
function pairs(calico: Calico) {
  const dnsNames = serviceNames('calico-api', calico)
  return [
    { secretName: 'calico-apiserver-certs' as Pair, dnsNames },
    ...(calico.certificateManagement ? [{ secretName: 'query-server-tls' as Pair, dnsNames }] : []),
    ...(calico.v3 ? [{ secretName: 'calico-webhooks-tls' as Pair, dnsNames: serviceNames('calico-webhooks', calico) }] : []),
  ]
}

const makes: readonly Kind[] = [
  ...operandKinds,
  ...[kinds.ServiceAccount, kinds.ClusterRole, kinds.RoleBinding, kinds.Service, kinds.Deployment, kinds.PodDisruptionBudget],
  ...[kinds.ValidatingWebhookConfiguration, NetworkPolicy],
]

export const apiServer = (surroundings: Surroundings) =>
  defineController({
    name: 'apiserver',
    serves,
    reports: 'apiserver',
    mirrors: true,
    makes,

    async read(cluster) {
      const operand = await readOperand(cluster, surroundings, {
        ...serves,
        pairs,
      })
      if (!operand || operand === 'alone') return operand
      const [moving, service, manifest, policy, awaited] = await Promise.all([
        readMoving(cluster, surroundings.environment),
        cluster.get(kinds.APIService, localApi.name),
        readManifestServer(cluster),
        cluster.get(NetworkPolicy, policyName, calicoSystem),
        readWaitingRequests(cluster, operand.decision.calico),
      ])
      return { operand, moving, service, manifest, letIn: policy !== undefined, awaited }
    },

    desired(found) {
      if (found === 'alone') return { problems: [withoutInstallation] }
      const { operand, moving, service, manifest, letIn, awaited } = found
      if (moving) return standstill(moving, makes)
      const { resource } = operand
      const { calico, ...issued } = ready(operand, {
        images: operand.decision.calico?.v3 ? ['webhooks'] : ['apiServer'],
        overrides: ['apiServerDeployment', 'calicoWebhooksDeployment'],
        wrong: portFaults(resource),
      })
      const server = apiServerOf(resource.spec ?? {}, calico)
      const { 'query-server-tls': queryServerKey } = issued.keys.pairs
      const both = [...access(calico), ...(calico.tier ? [accessPolicy(calico, server)] : [])]
      const made = calico.v3
        ? withWebhooks(calico, { server, key: pairOf(issued.keys, 'calico-webhooks-tls'), letIn, service })
        : aggregatedOnes(extension(calico, { server, key: pairOf(issued.keys, 'calico-apiserver-certs'), queryServerKey }), service)
      return {
        ...outcomeOf(
          calico,
          { resource, issued },
          {
            objects: [...both, ...made.objects],
            remove: [...made.remove, ...inPlaceOf(manifest, calico.v3 ? 'calico-webhooks' : 'calico-apiserver')],
            retired: [...retired, ...made.retired].filter(
              ref => !manifest.some(({ kind, name }) => kind === ref.kind && name === ref.name),
            ),
            requesters: ['calico-apiserver'],
          },
        ),
        awaited,
        problems: made.problems,
        achieved: { state: 'Ready' },
      }
    },
  })

interface MadeAPI extends Required<Pick<Made, 'objects' | 'remove' | 'retired'>> {
  problems: Problem[]
}

/** All of the extension but an APIService that nobody but the API server may write. */
function aggregatedOnes(objects: readonly KubeObject[], service: kinds.APIService | undefined): MadeAPI {
  const local = isLocal(service)
  return {
    objects: local ? objects.filter(({ kind }) => kind !== kinds.APIService.kind) : objects,
    remove: [],
    retired: [],
    problems: local ? [inTheWay] : [],
  }
}

/** Where it is written otherwise, the API server changes it back at once. */
const inTheWay: Problem = {
  reason: 'ResourceUpdateError',
  message:
    "it is the API server's own, since there are CRDs of projectcalico.org beside those of crd.projectcalico.org; so nobody asks Calico's API server",
  object: localApi,
  remedy: 'Delete the CRDs of projectcalico.org, or have the operator use them: CALICO_API_GROUP=projectcalico.org/v3',
}

interface Webhooks {
  server: ApiServer
  key: KeyPair
  /** The policy that lets callers in is there. */
  letIn: boolean
  /** The APIService of projectcalico.org/v3. */
  service?: kinds.APIService
}

/** In place of the extension. Its APIService is taken away only while it points to a Service: another of that name is the API server's own. */
function withWebhooks(calico: Calico, { server, key, letIn, service }: Webhooks): MadeAPI {
  const reachable = server.webhooks.hostNetwork || letIn
  return {
    objects: webhooks(calico, { ...server.webhooks, nodeNetwork: server.hostNetwork, key, reachable }),
    remove: [...(service?.spec?.service ? [refOf(service)] : []), ...(reachable ? [] : [registered])],
    retired: [...retiredWithWebhooks, ...aggregated],
    problems: [],
  }
}
