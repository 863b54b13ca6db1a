/** Calico itself: all that one Installation asks for, from the keys to the last calico-node. */
import { NetworkPolicy } from '../../api/v3/network-policy.ts'
import { requesterBindings } from '../certificates/csr.ts'
import type { KeyPair } from '../certificates/keys.ts'
import type { Calico } from '../installation/calico.ts'
import { computed } from '../installation/computed.ts'
import { specOf } from '../installation/facts.ts'
import { calicoVersion } from '../installation/images.ts'
import { type Imported, noteOf } from '../installation/imported.ts'
import { memories } from '../installation/memory.ts'
import { reportedMtu } from '../installation/mtu.ts'
import { heldUp, unready, withoutNodesForTypha } from '../installation/waiting.ts'
import * as kinds from '../kube/kinds.ts'
import { type KubeObject, refOf } from '../kube/objects.ts'
import { defineController, type Note, type Wanted } from '../reconcile/controller.ts'
import { Invalid, type Problem, Waiting } from '../reconcile/problems.ts'
import { activeOperator, criticalPodsQuota } from '../render/cluster/cluster.ts'
import { csi, unwantedOfCsi } from '../render/csi/csi.ts'
import { finish } from '../render/finish.ts'
import { kubeControllers } from '../render/kube-controllers/kube-controllers.ts'
import { policies } from '../render/kube-controllers/policies.ts'
import { retired } from '../render/kube-controllers/retired.ts'
import { node } from '../render/node/node.ts'
import { calicoSystem } from '../render/parts/places.ts'
import { present } from '../render/parts/present.ts'
import { typha } from '../render/typha/typha.ts'
import { type Decision, decided, installation, readAsked, readDecision } from './asked.ts'
import { ifOurs } from './if-ours.ts'
import { type NodeKeysFound, readNodeKeys } from './node-keys.ts'
import { keptPolicies } from './policies.ts'
import { readWaitingRequests } from './requests.ts'
import { afterStored, secretsOf } from './stored.ts'
import type { Surroundings } from './surroundings.ts'
import { type Leaving, readLeaving, teardown } from './teardown.ts'

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
  defineController<Found | Leaving>({
    name: 'calico',
    serves: installation,
    reports: 'calico',
    mirrors: true,
    makes: [
      ...[kinds.ServiceAccount, kinds.ClusterRole, kinds.ClusterRoleBinding, kinds.RoleBinding],
      ...[kinds.ConfigMap, kinds.Secret, kinds.Service, kinds.PodDisruptionBudget],
      ...[kinds.Deployment, kinds.DaemonSet, kinds.CSIDriver, NetworkPolicy],
    ],

    async read(cluster) {
      const asked = await readAsked(cluster)
      if (!asked) return undefined
      if (asked.base.metadata.deletionTimestamp) return readLeaving(cluster, refOf(asked.base), surroundings.environment.operator.namespace)
      const decision = await readDecision(cluster, surroundings.environment, asked)
      const { calico } = decision
      if (!calico) return { decision }
      return {
        decision,
        keys: await readNodeKeys(cluster, surroundings, { calico }),
        nodeMtu: surroundings.nodeMtu?.(),
        awaited: await readWaitingRequests(cluster, calico),
      }
    },

    desired(found) {
      if ('leaving' in found) return teardown(found)
      const { decision, keys, nodeMtu, awaited } = found
      const { imported } = decision.asked
      const calico = decided(decision)
      const reported = reportedMtu(calico.mtu, nodeMtu)
      const beside = 'problem' in reported ? [reported.problem] : []
      const outcome = rendered(calico, decision, ready(decision, calico, { ...keys, beside }))
      const mtu = 'mtu' in reported ? reported.mtu || undefined : undefined
      return {
        ...outcome,
        problems: [...outcome.problems, ...beside],
        awaited,
        status: { computed: computed(calico.spec) },
        notes: [...present(imported && noteOf(imported)), ...remembered(decision, calico)],
        achieved: { variant: 'Calico', calicoVersion, mtu, imageSet: calico.imageSet },
      }
    },
  })

type Ready = NonNullable<NodeKeysFound['issued']> & { client: KeyPair; server: KeyPair; problems: Problem[] }

/** Throws with all that this Installation waits for, or that is wrong with its keys or `beside`, since it cannot be rendered before. */
function ready(
  { asked, facts }: Decision,
  calico: Calico,
  { issued, waiting, problems = [], beside }: Partial<NodeKeysFound> & { beside: Problem[] },
): Ready {
  const missing = [...unready(asked, facts, calico), ...(waiting?.problems ?? []), ...heldUp(calico, facts)]
  if (missing.length > 0) throw new Waiting([...missing, ...problems, ...beside], { again: issued?.keys.again })
  const { 'node-certs': client, 'typha-certs': server } = issued?.keys.pairs ?? {}
  if (!issued || !client || !server) throw new Invalid([...problems, ...beside], { again: issued?.keys.again })
  return { ...issued, client, server, problems }
}

function rendered(calico: Calico, { asked: { imported }, facts }: Decision, { keys, trust, client, server, problems }: Ready) {
  const { bundle } = trust
  const objects: (KubeObject | Wanted)[] = [
    ...activeOperator(calico),
    ...criticalPodsQuota(calico),
    trust.object,
    ...secretsOf(keys),
    ...(calico.certificateManagement ? requesterBindings(calicoSystem, requesters).objects : []),
    ...afterStored(keys, [...typha(calico, { server, client, trust: bundle }), ...node(calico, { client, typha: server, trust: bundle })]),
    ...csi(calico),
    ...kubeControllers(calico, bundle),
    ...policies(calico),
  ]
  return {
    objects: [...finish(calico, objects), ...servicesEndpoint(calico, imported)],
    remove: [...keys.remove, ...ifOurs([...retired, ...unwantedOfCsi(calico)])],
    disown: keys.disown,
    keeps: keptPolicies(calico),
    problems: [...problems, withoutNodesForTypha(facts)].filter(problem => problem !== undefined),
    warnings: [...keys.warnings, ...calico.warnings, ...(imported?.warnings ?? [])],
    ...(keys.again !== undefined && { again: keys.again }),
  }
}

const remembered = ({ asked, facts }: Decision, { cni }: Calico): Note[] =>
  memories(specOf(asked), { provider: facts.provider, chosen: cni.type, usual: facts.usualBefore })

/** Without kube-proxy nobody finds the API any other way, so what the manifest said of it is copied to where the operator looks, once: from then on it is the user's. */
function servicesEndpoint({ dataplane, operator }: Calico, { servicesEndpoint: found }: Partial<Imported> = {}): Wanted[] {
  if (!found || dataplane.kind !== 'bpf') return []
  const { apiVersion, kind, metadata, data } = found
  return [
    {
      object: { apiVersion, kind, metadata: { name: metadata.name, namespace: operator.namespace }, data } as KubeObject,
      createOnly: true,
    },
  ]
}
