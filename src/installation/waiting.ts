/**
 * What an installation cannot go on without, and somebody else has to bring: each with the reason and the words of the reference, so that its TigeraStatus reads the same.
 * Only tells; who waits is the controller (spec/installation-controller.md §3).
 */
import type { InstallationSpec } from '../../api/installation.ts'
import { refOf } from '../kube/objects.ts'
import type { Problem } from '../reconcile/problems.ts'
import type { Calico } from './calico.ts'
import { bootstrapObstacles } from './dataplane.ts'
import { type Asked, type Facts, specOf } from './facts.ts'
import { withoutProvisioner } from './image-set.ts'
import { coreImages } from './images.ts'
import { lacksNodes } from './typha.ts'
import { typhaReplicas } from './typha-replicas.ts'

type Missing = Problem | undefined

/** What nothing at all can be made without. */
export const unready = (asked: Asked, facts: Facts, calico: Calico): Problem[] =>
  told(withoutPools(calico), ...withoutPullSecrets(asked, facts), ...withoutProvisioner(facts.imageSets), withoutLayout(facts))

/** What holds up Calico's own pods, and only these. */
export const heldUp = (calico: Calico, facts: Facts): Problem[] =>
  told(withoutGoldmaneAddress(calico, facts), ...bootstrapObstacles(calico.spec, facts), ...calico.lacks(coreImages(calico.spec)))

/** What of all this can be told of a spec that is refused. */
export const unmet = (spec: InstallationSpec, facts: Facts): Problem[] => told(withoutLayout(facts), ...bootstrapObstacles(spec, facts))

const told = (...missing: Missing[]): Problem[] => missing.filter(problem => problem !== undefined)

/** Pods get their addresses from pools, or pools are asked for. */
const poolsNeeded = ({ spec, cni }: Calico): boolean =>
  cni.type === 'Calico' || cni.ipam === 'Calico' || (spec.calicoNetwork?.ipPools ?? []).length > 0

/** Step 17. */
const withoutPools = (calico: Calico): Missing =>
  poolsNeeded(calico) && !calico.pools.ipv4 && !calico.pools.ipv6
    ? {
        reason: 'ResourceNotFound',
        message: 'waiting for enabled IP pools to be created',
        path: 'spec.calicoNetwork.ipPools',
        remedy: 'See TigeraStatus ippools for why there is none; with an empty list here, create an IPPool yourself',
      }
    : undefined

/** Step 20: all of those that are missing. */
export function withoutPullSecrets(asked: Asked, { pullSecrets, environment }: Facts): Problem[] {
  const there = new Set(pullSecrets.map(({ metadata }) => metadata.name))
  const { namespace } = environment.operator
  const { base, overlay } = asked
  const object = refOf(overlay?.spec?.imagePullSecrets ? overlay : base)
  return (specOf(asked).imagePullSecrets ?? []).flatMap(({ name = '' }, index) => {
    if (there.has(name)) return []
    return {
      reason: 'ResourceReadError' as const,
      message: `Error retrieving pull secrets: Secret "${name}" not found`,
      object,
      path: `spec.imagePullSecrets[${index}]`,
      remedy: `Create the Secret in the namespace ${namespace}, or take it out of the list`,
    }
  })
}

/** Step 25. */
const withoutLayout = ({ bgpLayout }: Facts): Missing =>
  bgpLayout && bgpLayout.data?.earlyNetworkConfiguration === undefined
    ? {
        reason: 'ResourceValidationError',
        message: 'Error in BGP layout ConfigMap: it has no key earlyNetworkConfiguration',
        object: { apiVersion: 'v1', kind: 'ConfigMap', name: bgpLayout.metadata.name, namespace: bgpLayout.metadata.namespace },
        path: 'data',
        remedy: 'Add the key, or delete the ConfigMap',
      }
    : undefined

/** Step 36: calico-node would start twice, now and again when the address is known. */
const withoutGoldmaneAddress = (calico: Calico, { goldmane }: Facts): Missing =>
  goldmane && !calico.goldmane
    ? {
        reason: 'ResourceNotFound',
        message: 'Goldmane enabled, waiting for Service to receive an IP',
        object: { apiVersion: 'v1', kind: 'Service', name: 'goldmane', namespace: 'calico-system' },
        remedy: 'See TigeraStatus goldmane',
      }
    : undefined

/** Not waited for, but told: with fewer Linux nodes than Typhas wanted, there stay as many as there are (spec/installation-controller.md §5). */
export const withoutNodesForTypha = ({ nodes }: Facts): Missing =>
  lacksNodes(nodes)
    ? {
        reason: 'ResourceScalingError',
        message: `Failed to autoscale typha - not enough linux nodes to schedule typha pods on, require ${typhaReplicas(nodes.schedulable)} and have ${nodes.schedulableLinux}`,
        object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'calico-typha', namespace: 'calico-system' },
        remedy: 'Add Linux nodes, or make some schedulable',
      }
    : undefined
