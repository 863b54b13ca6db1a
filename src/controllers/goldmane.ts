/** Goldmane, where a resource of that kind asks for it. The core waits for the address of its Service. */
import { Goldmane } from '../../api/goldmane.ts'
import { ManagementClusterConnection } from '../../api/managementclusterconnection.ts'
import { NetworkPolicy } from '../../api/v3/network-policy.ts'
import { Whisker } from '../../api/whisker.ts'
import { pairOf } from '../certificates/read.ts'
import { portFault } from '../installation/passed-on.ts'
import { serviceNames } from '../installation/service-names.ts'
import { Deployment, Role, RoleBinding, Service, ServiceAccount } from '../kube/kinds.ts'
import { refOf } from '../kube/objects.ts'
import { defineController } from '../reconcile/controller.ts'
import { goldmane as rendered } from '../render/goldmane/goldmane.ts'
import { retired } from '../render/goldmane/retired.ts'
import { operandKinds, outcomeOf, readOperand, ready } from './operand.ts'
import { readUnprotected } from './policies.ts'
import type { Surroundings } from './surroundings.ts'

const serves = { kind: Goldmane, name: 'default' }
const pair = 'goldmane-key-pair'
/** Those who ask it for flows, and those who bring them. */
const trusted = [pair, 'node-certs', 'whisker-backend-key-pair', 'calico-voltron-linseed-certs-public']

export const goldmane = (surroundings: Surroundings) =>
  defineController({
    name: 'goldmane',
    serves,
    reports: 'goldmane',
    mirrors: true,
    makes: [...operandKinds, ServiceAccount, Role, RoleBinding, Service, Deployment, NetworkPolicy],

    async read(cluster) {
      const operand = await readOperand(cluster, surroundings, {
        ...serves,
        pairs: calico => [{ secretName: pair, dnsNames: serviceNames('goldmane', calico), ends: ['server'] }],
        trust: { configMap: 'goldmane-ca-bundle', certificates: trusted },
      })
      if (!operand) return undefined
      const [connection, whisker, unprotected] = await Promise.all([
        cluster.get(ManagementClusterConnection, 'tigera-secure'),
        cluster.get(Whisker, 'default'),
        readUnprotected(cluster, 'goldmane'),
      ])
      return { operand, managed: connection !== undefined, whisker: whisker !== undefined, unprotected }
    },

    desired({ operand, managed, whisker, unprotected }) {
      const { resource } = operand
      const metricsPort = resource.spec?.metricsPort || undefined
      const wrong = portFault('spec.metricsPort', metricsPort).map(fault => ({ object: refOf(resource), ...fault }))
      const { calico, ...issued } = ready(operand, { images: ['goldmane'], overrides: ['goldmaneDeployment'], wrong })
      const outcome = outcomeOf(
        calico,
        { resource, issued },
        {
          objects: rendered(calico, { key: pairOf(issued.keys, pair), trust: issued.trust.bundle, managed, metricsPort }),
          retired,
          // Where there is a Whisker, its own controller sees to that.
          requesters: whisker ? [] : ['whisker'],
        },
      )
      return { ...outcome, problems: unprotected }
    },
  })
