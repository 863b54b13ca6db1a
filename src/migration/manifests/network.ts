/** How the manifest connects pods: whose CNI plugin, which IPAM, with BGP or without, and what the plugins of the chain do (spec/namespace-migration.md §A.3.9, §A.3.10). Pure. */
import type { InstallationSpec } from '../../../api/installation.ts'
import { type CniType, cniTypes } from '../../installation/cni.ts'
import { overlaid } from '../../installation/overlay.ts'
import { addresses } from './addresses.ts'
import { noCniConfig, parseCniConfig } from './cni-config.ts'
import { cniInstaller, cniTemplate, type Examination, type Taken } from './examination.ts'
import { ipam } from './ipam.ts'

/** Everything else looks at what is read here. */
export function readCniConfig(seen: Examination): Taken {
  const text = seen.value(cniTemplate, cniInstaller)
  try {
    if (text !== undefined) seen.cni = parseCniConfig(text)
  } catch {
    // What the parser says would quote from it, and it may hold keys.
    seen.refuse({ path: seen.cniPath, message: `${cniTemplate} is no JSON`, remedy: 'Write a CNI configuration there' })
  }
  return {}
}

/** What would be looked at if it were known whose network it is. */
const ofNetwork = [
  ...['CALICO_NETWORKING_BACKEND', 'CALICO_ROUTER_ID', 'NO_DEFAULT_POOLS', 'FELIX_IPV6SUPPORT'],
  ...['IP', 'IP_AUTODETECTION_METHOD', 'IP6', 'IP6_AUTODETECTION_METHOD'],
]

/** Whose interfaces Felix looks after tells whose plugin makes them. */
const pluginByPrefix: Readonly<Record<string, CniType>> = { cali: 'Calico', eni: 'AmazonVPC', azv: 'AzureVNET', gke: 'GKE' }

export function network(seen: Examination): Taken {
  const variable = 'FELIX_INTERFACEPREFIX'
  const prefix = seen.value(variable) || 'cali'
  const type = pluginByPrefix[prefix]
  if (type === 'Calico') return byCalico(seen)
  if (type) return byOthers(seen, type)
  const message = `${variable} is ${JSON.stringify(prefix)}, which is of no CNI plugin that is known here`
  seen.refuse({ path: seen.pathOf(variable), message, remedy: `Set it to one of ${Object.keys(pluginByPrefix).join(', ')}` })
  seen.ignore(ofNetwork)
  return {}
}

function byCalico(seen: Examination): Taken {
  if (!seen.cni.calico) {
    const message = 'the CNI configuration has no plugin of the type calico'
    seen.refuse({ path: seen.cniPath, message, remedy: 'Add it, or set FELIX_INTERFACEPREFIX to the prefix of the plugin in use' })
    seen.ignore(ofNetwork)
    return {}
  }
  chain(seen)
  const parts: InstallationSpec[] = [
    ipam(seen),
    addresses(seen),
    { calicoNetwork: { ...hostPorts(seen), ...sysctl(seen), ...forwarding(seen) } },
  ]
  return { spec: parts.reduce((all, part) => overlaid(all, part), { cni: { type: 'Calico' } }) }
}

/** What of the chain can be no other than it is. */
function chain(seen: Examination): void {
  const { name, calico } = seen.cni
  const path = seen.cniPath
  if (name !== 'k8s-pod-network') {
    const message = `the name of the CNI configuration is ${JSON.stringify(name)}, and only k8s-pod-network can be taken over`
    seen.refuse({ path, message, remedy: 'Name it k8s-pod-network' })
  }
  for (const feature of ['floating_ips', 'ip_addrs_no_ipam'] as const) {
    if (!calico?.feature_control?.[feature]) continue
    seen.refuse({ path, message: `feature_control.${feature} is on, which is not taken over`, remedy: 'Switch it off' })
  }
}

const hostPorts = ({ cni }: Examination) => ({ hostPorts: cni.others.portmap ? ('Enabled' as const) : ('Disabled' as const) })

const forwarding = ({ cni }: Examination) =>
  cni.calico?.container_settings?.allow_ip_forwarding ? { containerIPForwarding: 'Enabled' as const } : {}

type Sysctl = NonNullable<NonNullable<InstallationSpec['calicoNetwork']>['sysctl']>

const tunable = ['intvl', 'probes', 'time'].map(what => `net.ipv4.tcp_keepalive_${what}`)

/** In the order of their names: the pods' template is made of it. */
function sysctl(seen: Examination): { sysctl?: Sysctl } {
  const given = Object.entries((seen.cni.others.tuning?.sysctl ?? {}) as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [key] of given.filter(([key]) => !tunable.includes(key))) {
    const message = `the plugin tuning sets ${key}, and only ${tunable.join(', ')} can be taken over`
    seen.refuse({ path: seen.cniPath, message, remedy: `Remove ${key}` })
  }
  return given.length > 0 ? { sysctl: given.map(([key, value]) => ({ key, value: String(value) })) as Sysctl } : {}
}

interface Demand {
  readonly variable: string
  readonly value: string
  /** Absent is as good. */
  readonly optional?: boolean
}

const demands: Readonly<Record<Exclude<CniType, 'Calico'>, readonly Demand[]>> = {
  AmazonVPC: [{ variable: 'FELIX_IPTABLESMANGLEALLOWACTION', value: 'return' }],
  AzureVNET: [],
  GKE: [
    { variable: 'FELIX_IPTABLESMANGLEALLOWACTION', value: 'return' },
    { variable: 'FELIX_IPTABLESFILTERALLOWACTION', value: 'return' },
  ],
}
const demandsOfAll: readonly Demand[] = [
  { variable: 'CALICO_NETWORKING_BACKEND', value: 'none' },
  { variable: 'IP', value: '', optional: true },
  { variable: 'NO_DEFAULT_POOLS', value: 'true', optional: true },
]

/** Calico only enforces policy there, and a configuration of its own plugin has no effect. */
function byOthers(seen: Examination, type: Exclude<CniType, 'Calico'>): Taken {
  seen.cni = noCniConfig
  for (const { variable, value: wanted, optional } of [...demandsOfAll, ...demands[type]]) {
    const value = seen.value(variable)
    if (value === undefined ? optional : value.toLowerCase() === wanted) continue
    seen.refuse({
      path: seen.pathOf(variable),
      message: `${variable} is ${value === undefined ? 'not set' : JSON.stringify(value)}, and with the CNI plugin ${cniTypes[type].type} it has to be ${JSON.stringify(wanted)}`,
      remedy: optional ? 'Remove it' : `Set it to ${wanted}`,
    })
  }
  return { spec: { cni: { type } } }
}
