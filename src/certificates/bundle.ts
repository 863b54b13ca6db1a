/** The trusted bundle: the ConfigMap of all authorities and foreign certificates that a namespace's pods trust (spec/installation-controller.md §11.6). Pure. */
import type { ConfigMap, VolumeMount } from '../kube/kinds.ts'
import { type Authority, authoritySecret } from './authority.ts'
import { hash } from './hash.ts'
import type { TrustedBundle } from './keys.ts'
import { hashKey } from './secrets.ts'

/** A certificate beside the operator's authority. */
export interface BundleEntry {
  namespace: string
  name: string
  /** The whole stored value, final newline included. */
  pem: string | Uint8Array
}

export interface BundleOptions {
  name: string
  namespace: string
  /** Where the authority's Secret lies, which names its entry. */
  operatorNamespace: string
  authority: Authority
  entries: readonly BundleEntry[]
  /** The public authorities of the system; none when undefined. */
  systemRoots?: string
}

const directory = '/etc/pki/tls/certs'
const file = 'tigera-ca-bundle.crt'
const rootsFile = 'ca-bundle.crt'

/** The bundle as pods use it, and its ConfigMap. */
export function trustedBundle(options: BundleOptions): { bundle: TrustedBundle; object: ConfigMap } {
  const { name, namespace, operatorNamespace, authority, systemRoots = '' } = options
  const entries = [{ namespace: operatorNamespace, name: authoritySecret, pem: authority.pem }, ...options.entries].sort(byName)
  const hashes = {
    ...Object.fromEntries(entries.map(entry => [hashKey(entry.namespace, entry.name), hash(entry.pem)])),
    ...(systemRoots !== '' && { 'hash.operator.tigera.io/system': hashOfRoots(systemRoots) }),
  }
  const text = entries.map(printed).join('')
  return {
    bundle: {
      hashes,
      volume: { name, configMap: { name } },
      mounts: mounts(name, systemRoots !== ''),
      path: `${directory}/${file}`,
    },
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, annotations: hashes },
      data: { [rootsFile]: systemRoots, 'ca.crt': text, [file]: text },
    },
  }
}

/**
 * Which system roots go into the bundle. Those found in the cluster stay, because other ones restart every pod that mounts them;
 * the process's own take their place when there are none.
 */
export const systemRoots = (found: ConfigMap | undefined, own: string): string => found?.data?.[rootsFile] || own

/** There are 200 KB of them, the same in every bundle. */
function hashOfRoots(roots: string): string {
  if (hashed.roots !== roots) hashed = { roots, hash: hash(roots) }
  return hashed.hash
}

let hashed = { roots: '', hash: '' }

function mounts(name: string, roots: boolean): VolumeMount[] {
  const all = { name, mountPath: directory, readOnly: true }
  return roots ? [all, { name, mountPath: '/etc/pki/tls/cert.pem', subPath: rootsFile, readOnly: true }] : [all]
}

const printed = ({ namespace, name, pem }: BundleEntry): string =>
  `# certificate name: ${namespace}/${name}\n${Buffer.from(pem).toString()}\n\n`

/** By name; the namespace does not count unless the names are equal. */
function byName(a: BundleEntry, b: BundleEntry): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  return a.namespace < b.namespace ? -1 : 1
}
