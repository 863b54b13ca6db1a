/** The CNI configuration that a manifest installs on nodes, as far as it says something about Calico. Only parses (spec/namespace-migration.md §A.2). */
import { isMap } from '../../kube/objects.ts'

/** Of the plugin `calico`. Texts are `true` or `false` where the plugin wants them so. */
export interface CalicoPlugin {
  readonly mtu?: number
  readonly ipam: CniIpam
  readonly feature_control?: { readonly floating_ips?: boolean; readonly ip_addrs_no_ipam?: boolean }
  readonly container_settings?: { readonly allow_ip_forwarding?: boolean }
}

export interface CniIpam {
  readonly type?: string
  readonly [field: string]: unknown
}

export interface CniConfig {
  readonly name?: string
  readonly calico?: CalicoPlugin
  /** The others by their type, the last where several have the same. */
  readonly others: Readonly<Record<string, { readonly [field: string]: unknown }>>
}

export const noCniConfig: CniConfig = { others: {} }

/** What stands for the MTU in the template; no MTU is negative. */
export const templateMtu = -1

/** Throws SyntaxError when it is no JSON, or no object. A list of plugins, or one plugin alone. */
export function parseCniConfig(text: string): CniConfig {
  if (text.trim() === '') return noCniConfig
  const parsed: unknown = JSON.parse(text.replaceAll('__CNI_MTU__', String(templateMtu)))
  if (!isMap(parsed)) throw new SyntaxError('it is no JSON object')
  const listed = parsed.plugins
  const plugins = (Array.isArray(listed) ? listed : [parsed]).filter(isMap)
  const calico = plugins.findLast(({ type }) => type === 'calico')
  const others = plugins.filter(({ type }) => type !== 'calico').map(plugin => [String(plugin.type), plugin] as const)
  return {
    ...(typeof parsed.name === 'string' && { name: parsed.name }),
    ...(calico && { calico: { ...calico, ipam: isMap(calico.ipam) ? calico.ipam : {} } }),
    others: Object.fromEntries(others),
  }
}
