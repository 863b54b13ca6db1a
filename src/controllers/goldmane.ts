/** Goldmane, where a resource of that kind asks for it. The core waits for the address of its Service. */
import { Goldmane } from '../../api/goldmane.ts'
import { ManagementClusterConnection } from '../../api/managementclusterconnection.ts'
import { NetworkPolicy } from '../../api/v3/network-policy.ts'
import { Whisker } from '../../api/whisker.ts'
import { pairOf } from '../certificates/read.ts'
import { portFault } from '../installation/passed-on.ts'
import { serviceNames } from '../installation/service-names.ts'
import { Deployment, Role, RoleBinding, Service, ServiceAccount } from '../kube/kinds.ts'
import { type Kind, ownerOf, refOf } from '../kube/objects.ts'
import { defineController, type Outcome } from '../reconcile/controller.ts'
import { Invalid, type Problem, Waiting } from '../reconcile/problems.ts'
import { finish } from '../render/finish.ts'
import { address, goldmane as rendered } from '../render/goldmane/goldmane.ts'
import { retired } from '../render/goldmane/retired.ts'
import { alone } from './asking.ts'
import type { IssuedWithTrust } from './component-keys.ts'
import { type Operand, operandKinds, outcomeOf, readOperand, readyOrHindrance } from './operand.ts'
import { readUnprotected } from './policies.ts'
import type { Surroundings } from './surroundings.ts'

const serves = { kind: Goldmane, name: 'default' }
const pair = 'goldmane-key-pair'
/** Those who ask it for flows, and those who bring them. */
const trusted = [pair, 'node-certs', 'whisker-backend-key-pair', 'calico-voltron-linseed-certs-public']

const makes: readonly Kind[] = [...operandKinds, ServiceAccount, Role, RoleBinding, Service, Deployment, NetworkPolicy]

interface Found {
  operand: Operand<Goldmane, IssuedWithTrust<typeof pair>>
  managed: boolean
  whisker: boolean
  unprotected: Problem[]
}

export const goldmane = (surroundings: Surroundings) =>
  defineController<Found | 'alone'>({
    name: 'goldmane',
    serves,
    reports: 'goldmane',
    mirrors: true,
    makes,

    async read(cluster) {
      const operand = await readOperand(cluster, surroundings, {
        ...serves,
        pairs: calico => [{ secretName: pair, dnsNames: serviceNames('goldmane', calico), ends: ['server'] }],
        trust: { configMap: 'goldmane-ca-bundle', certificates: trusted },
      })
      if (!operand || operand === 'alone') return operand
      const [connection, whisker, unprotected] = await Promise.all([
        cluster.get(ManagementClusterConnection, 'tigera-secure'),
        cluster.get(Whisker, 'default'),
        readUnprotected(cluster, 'goldmane'),
      ])
      return { operand, managed: connection !== undefined, whisker: whisker !== undefined, unprotected }
    },

    desired(found) {
      if (found === 'alone') return alone(Goldmane)
      const { operand, managed, whisker, unprotected } = found
      const { resource } = operand
      const metricsPort = resource.spec?.metricsPort || undefined
      const wrong = portFault('spec.metricsPort', metricsPort).map(fault => ({ object: refOf(resource), ...fault }))
      const ready = readyOrHindrance(operand, { images: ['goldmane'], overrides: ['goldmaneDeployment'], wrong })
      if (ready instanceof Invalid) return addressOnly(operand, ready)
      if (ready instanceof Waiting) throw ready
      const { calico, ...issued } = ready
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

/** A field of Goldmane's that cannot be as it is written keeps no node waiting for its address. What is there of the rest stays. */
function addressOnly({ resource, decision, settled, issued }: Found['operand'], wrong: Invalid): Outcome {
  const { calico } = decision
  if (!calico || !settled || issued?.keys.problems.length !== 0) throw wrong
  const { problems, again } = wrong
  const objects = finish(calico, [address], { owner: ownerOf(resource), spec: {} })
  return { objects, keeps: { kinds: makes }, problems: [...problems], ...(again !== undefined && { again }) }
}
