/** Variables that must say what is the only thing that can be taken over, those that may say anything, and ports of metrics (spec/namespace-migration.md §A.3.3, §A.3.4, §A.3.7). Pure. */
import { cniInstaller, type Examination, type Place, type Taken } from './examination.ts'

interface Only {
  readonly variable: string
  readonly place?: Place
  readonly values: readonly string[]
  /** Case counts. */
  readonly exactly?: boolean
}

/** Absent is as good. */
const only: readonly Only[] = [
  { variable: 'DATASTORE_TYPE', values: ['kubernetes'], exactly: true },
  { variable: 'FELIX_DEFAULTENDPOINTTOHOSTACTION', values: ['accept'] },
  { variable: 'CNI_CONF_NAME', place: cniInstaller, values: ['10-calico.conflist'], exactly: true },
  { variable: 'ENABLED_CONTROLLERS', place: { of: 'kubeControllers' }, values: ['node', 'node,loadbalancer'] },
  { variable: 'AUTO_HOST_ENDPOINTS', place: { of: 'kubeControllers' }, values: ['disabled'] },
]

export function fixedValues(seen: Examination): Taken {
  for (const { variable, place, values, exactly } of only) {
    const value = seen.value(variable, place)
    if (value === undefined || values.includes(exactly ? value : value.toLowerCase())) continue
    seen.refuse({
      in: place?.of,
      path: seen.pathOf(variable, place),
      message: `${variable} is ${JSON.stringify(value)}, and only ${values.join(' or ')} can be taken over`,
      remedy: `Set it to ${values[0]}, or remove it`,
    })
  }
  return {}
}

const nodeNames = [
  { variable: 'NODENAME', place: {} },
  { variable: 'KUBERNETES_NODE_NAME', place: cniInstaller },
]

/** A node is called what Kubernetes calls it. */
export function nodeName(seen: Examination): Taken {
  for (const { variable, place } of nodeNames) {
    const found = seen.variable(variable, place)
    if (!found || found.valueFrom?.fieldRef?.fieldPath === 'spec.nodeName') continue
    const message = `${variable} is not the name of the node`
    seen.refuse({ path: seen.pathOf(variable, place), message, remedy: 'Take it from the field spec.nodeName, or remove it' })
  }
  return {}
}

const pools = ['CIDR', 'BLOCK_SIZE', 'IPIP', 'VXLAN', 'NAT_OUTGOING', 'NODE_SELECTOR', 'DISABLE_BGP_EXPORT']

/** What the operator decides, and what only counted while the first pools were made. */
export function ignored(seen: Examination): Taken {
  seen.ignore([
    ...['WAIT_FOR_DATASTORE', 'CLUSTER_TYPE', 'CALICO_DISABLE_FILE_LOGGING', 'FELIX_HEALTHENABLED', 'FELIX_USAGEREPORTINGENABLED'],
    ...['FELIX_LOGSEVERITYSCREEN', 'FELIX_LOGSEVERITYSYS', 'FELIX_TYPHAK8SSERVICENAME'],
    ...['CALICO_IPV4POOL', 'CALICO_IPV6POOL'].flatMap(pool => pools.map(what => `${pool}_${what}`)),
  ])
  seen.ignore(['KUBERNETES_NODE_NAME', 'CALICO_NETWORKING_BACKEND'], { container: 'upgrade-ipam' })
  // The MTU only fills a template, which may have none.
  seen.ignore(['SLEEP', 'CNI_MTU'], cniInstaller)
  return {}
}

/** Of both, when nobody says otherwise. */
const usualPort = 9091

export function metrics(seen: Examination): Taken {
  const nodeMetricsPort = metricsPort(seen, 'FELIX')
  const typhaMetricsPort = seen.manifest.typha && metricsPort(seen, 'TYPHA', { of: 'typha' })
  return { spec: { ...(nodeMetricsPort && { nodeMetricsPort }), ...(typhaMetricsPort && { typhaMetricsPort }) } }
}

function metricsPort(seen: Examination, prefix: string, place: Place = {}): number | undefined {
  const port = `${prefix}_PROMETHEUSMETRICSPORT`
  if (place.of === undefined) seen.ignore([port])
  if (seen.value(`${prefix}_PROMETHEUSMETRICSENABLED`, place)?.toLowerCase() !== 'true') return undefined
  const value = seen.value(port, place)
  if (value === undefined) return usualPort
  const number = /^\d+$/.test(value) ? Number(value) : 0
  if (number >= 1 && number <= 65_535) return number
  const message = `${port} is ${JSON.stringify(value)}, which is no port`
  seen.refuse({ in: place.of, path: seen.pathOf(port, place), message, remedy: 'Write a number from 1 to 65535' })
  return undefined
}
