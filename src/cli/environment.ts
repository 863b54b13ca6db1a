/** What the process finds around it before it speaks to a cluster: environment variables, files of its pod and of its image. */
import { readFileSync } from 'node:fs'
import type { Endpoint, OperatorIdentity } from '../installation/calico.ts'

export type Variables = Readonly<Record<string, string | undefined>>

/** Reads a file whole; undefined when it is not there or cannot be read. */
export type ReadFile = (path: string) => string | undefined

export const readFile: ReadFile = path => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const pod = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * OPERATOR_NAMESPACE, OPERATOR_NAME and OPERATOR_SERVICEACCOUNT; else what the pod's service account says of itself; else the reference's names
 * (spec/installation-controller.md §1.2). An empty variable counts as none: no operator works in a namespace without a name.
 */
export function identity(env: Variables, read: ReadFile): OperatorIdentity {
  const usual = 'tigera-operator'
  return {
    namespace: env.OPERATOR_NAMESPACE || read(`${pod}/namespace`)?.trim() || usual,
    name: env.OPERATOR_NAME || usual,
    serviceAccount: env.OPERATOR_SERVICEACCOUNT || serviceAccountOf(read(`${pod}/token`)) || usual,
  }
}

/** The token names whom it is for: `sub` is `system:serviceaccount:NAMESPACE:NAME`. https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ */
function serviceAccountOf(token: string | undefined): string | undefined {
  try {
    const { sub } = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString('utf8')) as { sub?: unknown }
    return /^system:serviceaccount:[^:]+:([^:]+)$/.exec(String(sub))?.[1]
  } catch {
    return undefined
  }
}

/** Where the operator reaches the API, which is also what pods of the host network are told (spec/installation-controller.md §1.2). */
export const endpointOf = ({ KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port }: Variables): Endpoint | undefined =>
  host && port ? { host, port } : undefined

/** The domain behind `svc.` in the search list of resolv.conf, the last one if there are several; `cluster.local` where there is none. */
export function clusterDomain(resolvConf = ''): string {
  const searched = resolvConf
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([keyword]) => keyword === 'search')
    .flatMap(([, ...domains]) => domains)
    .flatMap(domain => (/^svc\../.test(domain) ? [domain.slice('svc.'.length).replace(/\.$/, '')] : []))
  return searched.at(-1) ?? 'cluster.local'
}

/** Where distributions keep the certificates that they trust, as Go looks for them. https://pkg.go.dev/crypto/x509#SystemCertPool */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/** PEM of the system roots of this process's image: the first file that is there. Empty when there is none. */
export function systemRoots(read: ReadFile): string {
  for (const path of bundles) {
    const text = read(path)
    if (text !== undefined) return text
  }
  return ''
}

/** `v1.35.4+k3s1` → 1.35; 1.18 when it cannot be understood, as the reference has it (spec/installation-controller.md §1.3 step 11). */
export function kubernetesVersion(gitVersion: unknown): { major: number; minor: number } {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(String(gitVersion)) ?? []
  return major === undefined ? { major: 1, minor: 18 } : { major: Number(major), minor: Number(minor) }
}

/** Namespaces that the operator fills itself: in one of these it would take itself away with what it removes (spec/installation-controller.md §1.3 step 12). */
export const managedNamespaces: readonly string[] = ['calico-system', 'calico-apiserver', 'tigera-guardian', 'tigera-manager']
