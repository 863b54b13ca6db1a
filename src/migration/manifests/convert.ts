/**
 * What an installation by manifest comes to as an Installation, and all that keeps it from being one: every incompatibility at once (spec/namespace-migration.md §A). Pure. The table of contents of
 * this folder; each step has its own file.
 */
import type { InstallationSpec } from '../../../api/installation.ts'
import type { Imported } from '../../installation/imported.ts'
import { noteOf } from '../../installation/imported.ts'
import { overlaid } from '../../installation/overlay.ts'
import { dataplane } from './dataplane.ts'
import { Examination, type Taken } from './examination.ts'
import { felixVariables } from './felix-variables.ts'
import type { Manifest } from './manifest.ts'
import { mtu } from './mtu.ts'
import { network, readCniConfig } from './network.ts'
import { pools } from './pools.ts'
import { fixedValues, ignored, metrics, nodeName } from './settings.ts'
import * as workloads from './workloads.ts'

/** What the variables of calico-node say last is what nobody has looked at. */
const steps: readonly ((seen: Examination) => Taken)[] = [
  ...[readCniConfig, ignored, fixedValues, nodeName, network, mtu, pools, dataplane, metrics],
  ...[workloads.addonManager, workloads.annotations, workloads.resources, workloads.updateStrategy, workloads.volumes],
  ...[workloads.typhaPlacement, workloads.kubeControllersPlacement],
  felixVariables,
]

/** What the reference gives to clusters that it takes over, whatever the manifest says of it. */
const given: InstallationSpec = { kubeletVolumePluginPath: '/var/lib/kubelet' }

/** `provider`: what the user says of the cluster. Nothing that was found counts when there are problems. */
export function convert(manifest: Manifest, provider?: string): Imported {
  const seen = new Examination(manifest)
  if (!seen.container()) return impossible(seen)
  const taken = [...steps.map(step => step(seen)), workloads.nodePlacement(seen, provider)]
  const settings = {
    spec: withoutHostPorts(taken.reduce((all, { spec }) => overlaid(all, spec), given)),
    felixConfiguration: Object.assign({}, ...taken.map(({ felix }) => felix)),
  }
  unexpected(seen)
  if (!noteOf(settings))
    seen.refuse({
      path: 'spec',
      message: 'says more than can be kept',
      remedy: 'Write the affinity of Typha into the Installation instead',
    })
  const { problems } = seen
  const said = problems.length > 0 ? { spec: {}, felixConfiguration: {} } : settings
  const bpf = said.spec.calicoNetwork?.linuxDataplane === 'BPF'
  return {
    ...said,
    recorded: false,
    problems,
    warnings: warningsOf(manifest),
    servicesEndpoint: bpf ? manifest.servicesEndpoint : undefined,
  }
}

function impossible(seen: Examination): Imported {
  const message = 'has no container calico-node'
  seen.refuse({ path: 'spec.template.spec.containers', message, remedy: 'Install Calico by its own manifest, or delete the DaemonSet' })
  return { spec: {}, felixConfiguration: {}, recorded: false, problems: seen.problems, warnings: [] }
}

/** The BPF dataplane does by itself what the plugin does otherwise. */
function withoutHostPorts(spec: InstallationSpec): InstallationSpec {
  if (spec.calicoNetwork?.linuxDataplane !== 'BPF') return spec
  const { hostPorts: _, ...calicoNetwork } = spec.calicoNetwork
  return { ...spec, calicoNetwork }
}

/** What a variable says stays out of messages: nobody knows what it is. */
function unexpected(seen: Examination): void {
  const known = new Set(seen.problems.map(({ path }) => path))
  for (const { container, variable } of seen.unseen()) {
    const path = seen.pathOf(variable.name, { container })
    if (known.has(path)) continue
    seen.refuse({ path, message: `${variable.name} of the container ${container} is not known here`, remedy: 'Remove it' })
  }
}

const warningsOf = ({ windows }: Manifest): string[] => (windows ? [leftBehind] : [])

/** Of a calico-node for Windows. */
export const leftBehind =
  'DaemonSet kube-system/calico-node-windows is not taken over, and its account loses its permissions: set calicoNetwork.windowsDataplane, and delete it'
