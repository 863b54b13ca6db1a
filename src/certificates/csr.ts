/** Pods that request their certificates themselves, from a signer of the user's choice (spec.certificateManagement). Renders; signs and approves nothing. */
import type { ClusterRole, ClusterRoleBinding, Container, EnvVar } from '../kube/kinds.ts'
import type { ObjectRef } from '../kube/objects.ts'
import type { CertificateManagement } from './authority.ts'
import type { KeyPair, ProvisionerOptions } from './keys.ts'
import { hashKey, mounted, type SecretName } from './secrets.ts'

export interface RequestedPair {
  management: CertificateManagement
  /** DNS names in the order wanted; the first becomes the common name. */
  names: readonly string[]
  /** The image of key-cert-provisioner. */
  image: string
}

/** A pair that exists only in the pod, on a volume in memory which an init container fills. */
export function requestedPair(secret: SecretName, request: RequestedPair, commonName: string | undefined): KeyPair {
  return {
    ...mounted(secret.name),
    volume: { name: secret.name, emptyDir: { medium: 'Memory' } },
    // No certificate is known here. The key stays, so that switching back and forth changes the pod.
    hash: { [hashKey(secret.lookup, secret.name)]: '' },
    caBundle: request.management.caCert,
    ...(commonName !== undefined && { commonName }),
    initContainer: options => provisioner(secret.name, request, options),
  }
}

const share = '/certs-share'

function provisioner(
  name: string,
  { management, names, image }: RequestedPair,
  { namespace, securityContext }: ProvisionerOptions,
): Container {
  const resources = { cpu: '10m', memory: '50Mi' }
  return {
    name: `${name}-key-cert-provisioner`,
    image,
    volumeMounts: [{ name, mountPath: share }],
    env: [
      { name: 'CERTIFICATE_PATH', value: `${share}/` },
      { name: 'SECRET_NAME', value: name },
      { name: 'SIGNER', value: management.signerName },
      { name: 'COMMON_NAME', value: names[0] ?? '' },
      { name: 'KEY_ALGORITHM', value: management.keyAlgorithm ?? '' },
      { name: 'SIGNATURE_ALGORITHM', value: management.signatureAlgorithm ?? '' },
      { name: 'KEY_NAME', value: 'tls.key' },
      { name: 'CERT_NAME', value: 'tls.crt' },
      { name: 'CA_CERT_NAME', value: 'ca.crt' },
      { name: 'CA_CERT', value: urlSafe(management.caCert) },
      { name: 'APP_NAME', value: namespace },
      { name: 'DNS_NAMES', value: names.join(',') },
      fromField('POD_IP', 'status.podIP'),
      fromField('POD_NAME', 'metadata.name'),
      fromField('POD_NAMESPACE', 'metadata.namespace'),
    ],
    resources: { limits: resources, requests: resources },
    ...(securityContext && { securityContext }),
  }
}

/** The bindings that let service accounts request certificates; names of those to take away when nobody requests any. */
export function requesterBindings(namespace: string, accounts: readonly string[]): { objects: ClusterRoleBinding[]; remove: ObjectRef[] } {
  const objects = accounts.map(account => binding(namespace, account))
  const remove = objects.map(({ apiVersion, kind, metadata: { name } }) => ({ apiVersion, kind, name }))
  return { objects, remove }
}

const role = 'tigera-csr-creator'
const rbac = 'rbac.authorization.k8s.io'

/** What a pod may do to request a certificate: wanted while certificate management is on. */
export const requesterRole = (): ClusterRole => ({
  apiVersion: `${rbac}/v1`,
  kind: 'ClusterRole',
  metadata: { name: role },
  rules: [{ apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests'], verbs: ['create', 'watch', 'delete'] }],
})

const binding = (namespace: string, account: string): ClusterRoleBinding => ({
  apiVersion: `${rbac}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name: `${account}:csr-creator` },
  roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
  subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
})

const fromField = (name: string, fieldPath: string): EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } })

/** Base64 with the alphabet for addresses, padding kept. */
const urlSafe = (base64: string): string => Buffer.from(base64, 'base64').toString('base64').replaceAll('+', '-').replaceAll('/', '_')
