/**
 * Which fields of FelixConfiguration and BGPConfiguration, named default, are the operator's. Those resources are everybody's: some fields are only filled in where nobody set
 * them, a few are enforced. Says which; writes nothing (spec/installation-controller.md §4).
 */
import type { BGPConfigurationSpec } from '../../api/v3/bgp-configuration.ts'
import type { FelixConfigurationSpec } from '../../api/v3/felix-configuration.ts'
import type { DaemonSet } from '../kube/kinds.ts'
import type { Problem } from '../reconcile/problems.ts'
import type { Calico } from './calico.ts'
import type { Facts } from './facts.ts'
import type { Imported } from './imported.ts'
import { metadataOf } from './kinds.ts'
import { heldUp } from './waiting.ts'

export interface FelixFields {
  /** Only where nobody else has set them. */
  readonly claim: Partial<FelixConfigurationSpec>
  /** Whatever anybody else says. */
  readonly enforce: Partial<FelixConfigurationSpec>
  /** Go with what is enforced. */
  readonly annotations: Record<string, string>
  readonly problems: Problem[]
}

export function felixFields(calico: Calico, facts: Facts): FelixFields {
  const { provider, dataplane, cni, spec } = calico
  const bpf = dataplane.kind === 'bpf'
  const { routeTableRange } = cni
  const { hostConntrackBypass } = provider.felix.bpf
  const switched = bpfSwitch(calico, facts)
  return {
    claim: {
      healthPort: provider.felix.healthPort,
      vxlanVNI: provider.felix.vxlanVNI,
      vxlanPort: bpf ? provider.felix.bpf.vxlanPort : 4789,
      // The API refuses the range beside the list of ranges.
      ...(routeTableRange && !facts.felix?.spec?.routeTableRanges && { routeTableRange }),
      // Once Gateways were asked for it stays: proxies may go on without whoever asked (spec/gatewayapi-istio.md §2.4).
      ...((facts.gateways || facts.felix?.spec?.policySyncPathPrefix === policySyncDir) && { policySyncPathPrefix: policySyncDir }),
      ...(bpf && hostConntrackBypass !== undefined && { bpfHostConntrackBypass: hostConntrackBypass }),
    },
    enforce: {
      nftablesMode: nftablesMode(calico),
      ...(spec.calicoNetwork?.clusterRoutingMode && { programClusterRoutes: onOff(spec.calicoNetwork.clusterRoutingMode === 'Felix') }),
      ...('enabled' in switched && { bpfEnabled: switched.enabled }),
    },
    annotations: 'enabled' in switched ? { [ownBpfEnabled]: String(switched.enabled) } : lastSet(facts.felix),
    problems: 'problem' in switched ? [switched.problem] : [],
  }
}

/**
 * Of FelixConfiguration, what the manifest's calico-node had from its variables: while that one is replaced it is enforced, since variables had the last word, and from then on it is
 * whoever changes it.
 */
export function withImported(fields: FelixFields, { felixConfiguration = {} }: Partial<Imported> = {}, moving: boolean): FelixFields {
  const { claim, enforce } = fields
  return moving ? { ...fields, enforce: { ...felixConfiguration, ...enforce } } : { ...fields, claim: { ...claim, ...felixConfiguration } }
}

/** Where Felix listens for programs in pods that ask for their policies. */
const policySyncDir = '/var/run/nodeagent'

const onOff = (on: boolean): 'Enabled' | 'Disabled' => (on ? 'Enabled' : 'Disabled')

function nftablesMode({ dataplane, provider }: Calico): NonNullable<FelixConfigurationSpec['nftablesMode']> {
  switch (dataplane.kind) {
    case 'bpf':
      return provider.felix.bpf.nftablesMode
    case 'nftables':
      return 'Auto'
    case 'iptables':
    case 'vpp':
      return 'Disabled'
  }
}

/** Repeats bpfEnabled as the operator last set it: where both differ, a user set the field, and has the say. */
export const ownBpfEnabled = 'operator.tigera.io/bpfEnabled'

type Switch = { readonly enabled: boolean } | { readonly problem: Problem } | { readonly waits: true }

function bpfSwitch(calico: Calico, facts: Facts): Switch {
  const { felix, calicoNode, predecessor } = facts
  const now = felix?.spec?.bpfEnabled
  const wanted = calico.dataplane.kind === 'bpf'
  if (now === wanted) return isOurs(felix) ? { enabled: wanted } : { waits: true }
  // A variable of the manifest had the last word, whoever set the field, and pods without it follow the field.
  if (wanted && calico.migratingNamespace && predecessor && setByOldOperator(predecessor) === true) return { enabled: true }
  const ready = wanted ? mayStart(calico, calicoNode) : heldUp(calico, facts).length === 0
  if (ready instanceof Object) return { problem: ready }
  // Until then what is there stays ours, so that it does not vanish in between.
  if (!ready) return now === undefined || !isOurs(felix) ? { waits: true } : { enabled: now }
  return isOurs(felix) ? { enabled: wanted } : { problem: setByUser(felix, wanted) }
}

/** How the operator last set it: to be told from how a user did, as long as both differ. */
function lastSet(felix: Facts['felix']): Record<string, string> {
  const value = felix?.metadata.annotations?.[ownBpfEnabled]
  return value === undefined ? {} : { [ownBpfEnabled]: value }
}

/** Nobody set the field, or the operator did. */
function isOurs(felix: Facts['felix']): boolean {
  if (!felix) return true
  const { bpfEnabled } = felix.spec ?? {}
  const set = metadataOf(felix).annotations[ownBpfEnabled]
  return set === undefined ? bpfEnabled === undefined : set === String(bpfEnabled)
}

const setByUser = (felix: Facts['felix'], wanted: boolean): Problem => ({
  reason: 'ResourceUpdateError',
  message: `Error updating resource: bpfEnabled is ${String(felix?.spec?.bpfEnabled)}, which the operator did not set, and is to be ${wanted}`,
  object: { apiVersion: 'projectcalico.org/v3', kind: 'FelixConfiguration', name: 'default' },
  path: 'spec.bpfEnabled',
  remedy: 'Remove the field, and leave it to spec.calicoNetwork.linuxDataplane of the Installation',
})

/** On a new cluster at once; where nodes run already, only when all of them have pods that are made for it, since Felix on a node follows the moment the field is set. */
function mayStart({ migratingNamespace }: Calico, calicoNode: DaemonSet | undefined): boolean | Problem {
  // The calico-node of a manifest follows it too, prepared or not.
  if (migratingNamespace) return false
  if (!calicoNode) return true
  const before = setByOldOperator(calicoNode)
  if (typeof before !== 'boolean') return before
  const prepared = (calicoNode.spec?.template.spec?.volumes ?? []).some(({ name }) => name === 'bpffs')
  return before || (prepared && isRolledOut(calicoNode))
}

const truths = new Map(Object.entries({ true: true, false: false, '1': true, '0': false, t: true, f: false }))

/** Operators of old, and manifests, switch BPF on by the environment of calico-node. */
function setByOldOperator({ spec }: DaemonSet): boolean | Problem {
  const container = spec?.template.spec?.containers.find(({ name }) => name === 'calico-node')
  const value = container?.env?.find(({ name }) => name === 'FELIX_BPFENABLED')?.value
  if (value === undefined) return false
  return (
    truths.get(value.toLowerCase()) ?? {
      reason: 'ResourceUpdateError',
      message: `FELIX_BPFENABLED is ${JSON.stringify(value)}, which is neither true nor false`,
      object: { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'calico-node', namespace: 'calico-system' },
      path: 'spec.template.spec.containers[calico-node].env[FELIX_BPFENABLED]',
      remedy: 'Set it to true or false',
    }
  )
}

function isRolledOut({ metadata, status }: DaemonSet): boolean {
  const { observedGeneration, currentNumberScheduled = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status ?? {}
  return (
    observedGeneration === metadata.generation &&
    currentNumberScheduled === updatedNumberScheduled &&
    currentNumberScheduled === numberAvailable
  )
}

/** Routes between nodes are programmed by BIRD or by Felix, never by both; unset leaves both as they are. */
export const bgpFields = ({ spec }: Calico): Partial<BGPConfigurationSpec> =>
  spec.calicoNetwork?.clusterRoutingMode ? { programClusterRoutes: onOff(spec.calicoNetwork.clusterRoutingMode !== 'Felix') } : {}
