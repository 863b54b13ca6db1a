/** What OpenShift is told of the network, and what it needs done on AWS. Nothing on other clusters. */
import { OpenShiftInfrastructure, OpenShiftNetwork } from '../installation/kinds.ts'
import { reportedMtu } from '../installation/mtu.ts'
import { heldUp, unready } from '../installation/waiting.ts'
import { DaemonSet } from '../kube/kinds.ts'
import type { Kind } from '../kube/objects.ts'
import { defineController, type Outcome } from '../reconcile/controller.ts'
import type { Problem } from '../reconcile/problems.ts'
import { finish } from '../render/finish.ts'
import { networkStatus, securityGroups } from '../render/openshift/openshift.ts'
import { calicoSystem } from '../render/parts/places.ts'
import { type Decision, decided, installation, readAsked, readDecision } from './asked.ts'
import type { Surroundings } from './surroundings.ts'

interface Found {
  decision: Decision
  /** Of config.openshift.io; undefined where the provider is another, or nothing could be decided. */
  openShift?: { network?: OpenShiftNetwork; infrastructure?: OpenShiftInfrastructure; nodeMtu?: string }
}

export const openShift = (surroundings: Surroundings) =>
  defineController<Found>({
    name: 'openshift',
    serves: installation,
    reports: 'calico',

    async read(cluster) {
      const asked = await readAsked(cluster)
      if (!asked) return undefined
      const decision = await readDecision(cluster, surroundings.environment, asked)
      if (!decision.calico?.provider.openShiftConfig) return { decision }
      const [network, infrastructure] = await Promise.all([
        cluster.get(OpenShiftNetwork, 'cluster'),
        cluster.get(OpenShiftInfrastructure, 'cluster'),
      ])
      return { decision, openShift: { network, infrastructure, nodeMtu: surroundings.nodeMtu?.() } }
    },

    desired({ decision, openShift }) {
      // What is being deleted keeps what it has. What is wrong with the Installation, others say.
      if (!openShift || decision.asked.base.metadata.deletionTimestamp) return {}
      return told(decision, openShift)
    },
  })

function told(decision: Decision, { network, infrastructure, nodeMtu }: NonNullable<Found['openShift']>): Outcome {
  const calico = decided(decision)
  const { asked, facts } = decision
  const problems = [...(network ? [] : [missing(OpenShiftNetwork)]), ...(infrastructure ? [] : [missing(OpenShiftInfrastructure)])]
  if (unready(asked, facts, calico).length > 0) return { problems }
  const { platformStatus, platform, controlPlaneTopology } = infrastructure?.status ?? {}
  const onAws = (platformStatus?.type ?? platform) === 'AWS'
  const reported = reportedMtu(calico.mtu, nodeMtu)
  const running = network && heldUp(calico, facts).length === 0
  return {
    objects: [
      ...(onAws ? finish(calico, securityGroups(calico, { hosted: controlPlaneTopology === 'External' })) : []),
      ...(running ? [{ ...networkStatus(network, 'mtu' in reported ? reported.mtu : undefined), after: [afterNode] }] : []),
    ],
    problems,
  }
}

/** There is no network to tell of before. */
const afterNode = {
  ref: { apiVersion: DaemonSet.apiVersion, kind: DaemonSet.kind, name: 'calico-node', namespace: calicoSystem },
  is: 'present',
} as const

const missing = ({ apiVersion, kind, plural }: Kind): Problem => ({
  reason: 'ResourceReadError',
  message: `Unable to read OpenShift's ${kind}: ${plural}.config.openshift.io "cluster" not found`,
  object: { apiVersion, kind, name: 'cluster' },
  remedy: 'OpenShift has it; if this cluster is none, correct spec.kubernetesProvider of the Installation',
})
