/** What the configurations of the CNI plugins on Linux and on Windows nodes have in common (spec/installation-render.md §6.2, §9). */
import type { Calico, Endpoint } from '../../installation/calico.ts'
import type { Json } from '../../kube/objects.ts'
import { goJson } from './go-json.ts'

/** The frame is indented as it always was: its bytes are hashed. */
export const cniNetwork = (name: string, plugins: Json[]): string => `{
\t\t\t  "name": "${name}",
\t\t\t  "cniVersion": "0.3.1",
\t\t\t  "plugins": ${goJson(plugins)}
\t\t\t}`

/** Of the plugin's own log, what is set. */
export const cniLogging = ({ severity, maxSizeMiB, maxCount, maxAgeDays }: Calico['cni']['logging']): { [field: string]: Json } =>
  Object.fromEntries(
    Object.entries({
      log_level: severity,
      log_file_max_size: maxSizeMiB,
      log_file_max_count: maxCount,
      log_file_max_age: maxAgeDays,
    }).flatMap(([field, value]) => (value === undefined ? [] : [[field, value]])),
  )

/** Where the plugin finds the Kubernetes API; nothing when it shall see for itself. */
export const k8sApiRoot = (endpoint: Endpoint | undefined): { k8s_api_root?: string } =>
  endpoint === undefined ? {} : { k8s_api_root: `https://${bracketed(endpoint.host)}:${endpoint.port}` }

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)
