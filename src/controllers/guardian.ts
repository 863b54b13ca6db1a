/** Guardian, where a ManagementClusterConnection asks for it. Only the one named tigera-secure counts, whatever else its CRD admits. */
import { ManagementClusterConnection } from '../../api/managementclusterconnection.ts'
import { NetworkPolicy } from '../../api/v3/network-policy.ts'
import { pairOf } from '../certificates/read.ts'
import { connectionFaults } from '../installation/guardian.ts'
import { calicoKinds } from '../installation/kinds.ts'
import { serviceNames } from '../installation/service-names.ts'
import { ClusterRole, Deployment, Secret, Service, ServiceAccount } from '../kube/kinds.ts'
import { defineController } from '../reconcile/controller.ts'
import { type Problem, Waiting } from '../reconcile/problems.ts'
import { guardian as rendered } from '../render/guardian/guardian.ts'
import { retired } from '../render/guardian/retired.ts'
import { calicoSystem } from '../render/parts/places.ts'
import { operandKinds, outcomeOf, readOperand, ready } from './operand.ts'
import { readUnprotected } from './policies.ts'
import type { Surroundings } from './surroundings.ts'

const serves = { kind: ManagementClusterConnection, name: 'tigera-secure' }
const pair = 'guardian-key-pair'
const tunnelName = 'tigera-managed-cluster-connection'
/** Whom it passes requests on to. */
const trusted = [pair, 'calico-apiserver-certs', 'tigera-packetcapture-server-tls', 'calico-node-prometheus-tls', 'goldmane-key-pair']

export const guardian = (surroundings: Surroundings) =>
  defineController({
    name: 'management-cluster-connection',
    serves,
    reports: 'management-cluster-connection',
    mirrors: true,
    makes: [...operandKinds, ServiceAccount, ClusterRole, Deployment, Service, NetworkPolicy],

    async read(cluster) {
      const { operator, v3 } = surroundings.environment
      const operand = await readOperand(cluster, surroundings, {
        ...serves,
        pairs: calico => [
          { secretName: pair, dnsNames: [...serviceNames('guardian', calico), 'localhost', '127.0.0.1'], lookup: calicoSystem },
        ],
        trust: { configMap: 'guardian-ca-bundle', certificates: trusted },
      })
      if (!operand || operand === 'alone') return undefined
      const [tunnel, information, unprotected] = await Promise.all([
        cluster.get(Secret, tunnelName, operator.namespace),
        cluster.get(calicoKinds(v3).clusterInformation, 'default'),
        readUnprotected(cluster, 'guardian-access'),
      ])
      return { operand, tunnel, information, unprotected, tunnelFrom: operator.namespace }
    },

    desired({ operand, tunnel, information, unprotected, tunnelFrom }) {
      const { resource } = operand
      // No way into the cluster is opened before it can be limited.
      const missing = [...(tunnel ? [] : [withoutTunnel(tunnelFrom)]), ...(information ? [] : [withoutInformation]), ...unprotected]
      const { calico, ...issued } = ready(operand, {
        images: ['guardian'],
        overrides: ['guardianDeployment'],
        wrong: connectionFaults(resource),
        missing,
      })
      if (!tunnel) throw new Waiting(missing)
      const { managementClusterAddr: address = '', tls } = resource.spec ?? {}
      return outcomeOf(
        calico,
        { resource, issued },
        {
          objects: rendered(calico, {
            ...{ key: pairOf(issued.keys, pair), trust: issued.trust.bundle, tunnel },
            ...{ address, ca: tls?.ca ?? 'Tigera', version: information?.spec?.calicoVersion ?? '' },
          }),
          retired,
          requesters: ['guardian'],
        },
      )
    },
  })

const withoutTunnel = (namespace: string): Problem => ({
  reason: 'ResourceReadError',
  message: `Error retrieving the tunnel's certificates: Secret "${tunnelName}" not found`,
  object: { apiVersion: 'v1', kind: 'Secret', name: tunnelName, namespace },
  remedy: 'Apply the manifest that the managing cluster gave for this one',
})

const withoutInformation: Problem = {
  reason: 'ResourceReadError',
  message: 'Error querying clusterInformation: ClusterInformation.projectcalico.org "default" not found',
  object: { apiVersion: 'projectcalico.org/v3', kind: 'ClusterInformation', name: 'default' },
  remedy: 'Wait until calico-node runs, which writes it',
}
