/** Calico itself: all that one Installation asks for, from the namespace to the last calico-node. */
import type { Installation } from '../../api/installation.ts'
import { NetworkPolicy } from '../../api/v3/network-policy.ts'
import { requesterBindings } from '../certificates/csr.ts'
import type { KeyPair } from '../certificates/keys.ts'
import type { Calico } from '../installation/calico.ts'
import { computed } from '../installation/computed.ts'
import { bgpFields, felixFields } from '../installation/felix.ts'
import { calicoVersion } from '../installation/images.ts'
import { reportedMtu } from '../installation/mtu.ts'
import { withoutGoldmaneAddress, withoutNodesForTypha, withoutPools, withoutPullSecrets } from '../installation/waiting.ts'
import * as kinds from '../kube/kinds.ts'
import { type KubeObject, refOf } from '../kube/objects.ts'
import { type Condition, defineController, type Wanted } from '../reconcile/controller.ts'
import { Invalid, type Problem, Waiting } from '../reconcile/problems.ts'
import { activeOperator, criticalPodsQuota } from '../render/cluster/cluster.ts'
import { bgpConfiguration, felixConfiguration } from '../render/configuration.ts'
import { csi } from '../render/csi/csi.ts'
import { finish } from '../render/finish.ts'
import { kubeControllers } from '../render/kube-controllers/kube-controllers.ts'
import { policies } from '../render/kube-controllers/policies.ts'
import { namespaces } from '../render/namespaces/namespaces.ts'
import { node } from '../render/node/node.ts'
import { calicoSystem } from '../render/parts/places.ts'
import { typha } from '../render/typha/typha.ts'
import { type Decision, decided, installation, readAsked, readDecision, readUnheard, unheard } from './asked.ts'
import { type NodeKeysFound, readNodeKeys } from './node-keys.ts'
import { readWaitingRequests } from './requests.ts'
import type { Surroundings } from './surroundings.ts'
import { finalizer, teardown } from './teardown.ts'

interface Found {
  decision: Decision
  keys?: NodeKeysFound
  /** What calico-node found on the operator's own node. */
  nodeMtu?: string
  /** Certificates that pods wait for, in words. */
  awaited?: string[]
}

const requesters = ['calico-node', 'calico-typha', 'calico-kube-controllers']

export const calico = (surroundings: Surroundings) =>
  defineController<Found | { unheard: Installation[] }>({
    name: 'calico',
    serves: installation,
    reports: 'calico',
    mirrors: true,
    makes: [
      ...[kinds.ServiceAccount, kinds.ClusterRole, kinds.ClusterRoleBinding, kinds.Role, kinds.RoleBinding],
      ...[kinds.ConfigMap, kinds.Secret, kinds.Service, kinds.PodDisruptionBudget],
      ...[kinds.Deployment, kinds.DaemonSet, kinds.CSIDriver, NetworkPolicy],
    ],

    async read(cluster) {
      const asked = await readAsked(cluster)
      if (!asked) {
        const unheard = await readUnheard(cluster)
        return unheard && { unheard }
      }
      const decision = await readDecision(cluster, surroundings.environment, asked)
      const { calico } = decision
      if (!calico) return { decision }
      return {
        decision,
        keys: await readNodeKeys(cluster, calico, surroundings),
        nodeMtu: surroundings.nodeMtu?.(),
        ...(calico.certificateManagement && { awaited: await readWaitingRequests(cluster, calicoSystem) }),
      }
    },

    desired(found) {
      if ('unheard' in found) throw unheard(found.unheard)
      const { decision, keys, nodeMtu, awaited } = found
      const { base } = decision.asked
      if (base.metadata.deletionTimestamp) return teardown(refOf(base))
      const calico = decided(decision)
      const outcome = rendered(calico, decision, ready(decision, calico, keys))
      const reported = reportedMtu(calico.mtu, nodeMtu)
      const mtu = 'mtu' in reported ? reported.mtu || undefined : undefined
      return {
        ...outcome,
        problems: [...outcome.problems, ...('problem' in reported ? [reported.problem] : [])],
        awaited,
        status: { computed: computed(calico.spec) },
        achieved: { variant: 'Calico', calicoVersion, mtu, imageSet: calico.imageSet },
      }
    },
  })

interface Ready extends Required<Pick<NodeKeysFound, 'keys' | 'trust'>> {
  client: KeyPair
  server: KeyPair
  problems: Problem[]
}

/** Throws with all that this Installation waits for, or that is wrong with its keys, since it cannot be rendered before. */
function ready({ asked, facts }: Decision, calico: Calico, { keys, trust, waiting, problems }: Partial<NodeKeysFound> = {}): Ready {
  const missing = [
    withoutPools(calico),
    ...withoutPullSecrets(asked, facts),
    ...(waiting?.problems ?? []),
    withoutGoldmaneAddress(calico, facts),
  ].filter(isProblem)
  const again = keys?.again
  if (missing.length > 0) throw new Waiting(missing, { again })
  const { 'node-certs': client, 'typha-certs': server } = keys?.pairs ?? {}
  if (!keys || !trust || !client || !server) throw new Invalid(problems ?? [], { again })
  return { keys, trust, client, server, problems: problems ?? [] }
}

const isProblem = (problem: Problem | undefined): problem is Problem => problem !== undefined

function rendered(calico: Calico, { asked, facts }: Decision, { keys, trust, client, server, problems }: Ready) {
  const { bundle } = trust
  const stored: Condition[] = keys.unstored.map(ref => ({ ref, is: 'written' }))
  const felix = felixFields(calico, facts)
  const objects: (KubeObject | Wanted)[] = [
    ...namespaces(calico),
    ...activeOperator(calico),
    ...criticalPodsQuota(calico),
    trust.object,
    ...keys.objects,
    ...(calico.certificateManagement ? requesterBindings(calicoSystem, requesters).objects : []),
    ...[...typha(calico, { server, client, trust: bundle }), ...node(calico, { client, typha: server, trust: bundle })].map(after(stored)),
    ...csi(calico),
    ...kubeControllers(calico, bundle),
    ...policies(calico),
  ]
  return {
    objects: [
      kept(asked.base),
      ...finish(calico, objects),
      ...felixConfiguration({ enforced: felix.enforce, defaults: felix.claim, annotations: felix.annotations }, calico.v3),
      ...bgpConfiguration({ enforced: bgpFields(calico) }, calico.v3),
    ],
    remove: keys.remove,
    problems: [...problems, ...felix.problems, withoutNodesForTypha(facts)].filter(isProblem),
    warnings: [...keys.warnings, ...calico.warnings],
    ...(keys.again !== undefined && { again: keys.again }),
  }
}

/** All that is written into the Installation itself: that it may not go before its pods. */
const kept = ({ apiVersion, kind, metadata: { name } }: KubeObject): Wanted => ({
  object: { apiVersion, kind, metadata: { name, finalizers: [finalizer] } },
  part: true,
})

/** Nothing starts with a certificate that the cluster does not have: its key would be lost with this process. */
const after =
  (conditions: Condition[]) =>
  (object: KubeObject): KubeObject | Wanted =>
    conditions.length > 0 && 'spec' in object && 'template' in (object.spec as object) ? { object, after: conditions } : object
