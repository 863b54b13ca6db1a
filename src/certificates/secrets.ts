/** A key pair as objects: the Secret, and what a pod mounts of it (spec/installation-controller.md §11.4). Pure; owner and standard labels are added by whoever finishes objects. */
import type { Secret } from '../kube/kinds.ts'
import { hash } from './hash.ts'
import type { KeyPair } from './keys.ts'
import { type StoredPair, signerLabel } from './stored.ts'

/** Which Secret: `lookup` is the namespace in which the pair is looked up first; annotations name it. */
export interface SecretName {
  name: string
  lookup: string
}

/** The Secret of a pair in one namespace; every key it was stored with is kept. */
export function pairSecret(pair: StoredPair, { name, lookup }: SecretName, namespace: string): Secret {
  const { certificate, certificatePem, data, type } = pair
  const { issuerCommonName, dnsNames, ipAddresses, notAfter } = certificate
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
      labels: { [signerLabel]: labelValue(issuerCommonName) },
      annotations: {
        'certificates.operator.tigera.io/issuer': issuerCommonName,
        'certificates.operator.tigera.io/signer': issuerCommonName,
        'certificates.operator.tigera.io/expiry': new Date(notAfter).toISOString().replace(/\.\d+Z$/, 'Z'),
        ...(dnsNames.length > 0 && { 'certificates.operator.tigera.io/dns-names': dnsNames.join(',') }),
        ...(ipAddresses.length > 0 && { 'certificates.operator.tigera.io/ip-sans': ipAddresses.join(',') }),
        ...pairHash({ name, lookup }, certificatePem),
      },
    },
    data,
    // What lies in the user's own Secret keeps its type, which cannot be changed; copies are Opaque.
    ...(type !== undefined && namespace === lookup && { type }),
  }
}

/** The pair as a pod mounts it. `names` are those it was issued for, the one that peers expect first. */
export function mountedPair(pair: StoredPair, secret: SecretName, commonName: string | undefined): KeyPair {
  const said = { commonName: text(pair.data['common-name']), uriSan: text(pair.data['uri-san']) }
  const identity = commonName === undefined ? said : { commonName }
  return {
    ...mounted(secret.name),
    volume: { name: secret.name, secret: { secretName: secret.name, defaultMode: 420 } },
    hash: pairHash(secret, pair.certificatePem),
    caBundle: pair.certificatePem.toString('base64'),
    ...(identity.commonName !== undefined && { commonName: identity.commonName }),
    ...('uriSan' in identity && identity.uriSan !== undefined && { uriSan: identity.uriSan }),
  }
}

/** What is the same wherever a pair comes from. */
export const mounted = (name: string): Pick<KeyPair, 'secretName' | 'mount' | 'certFile' | 'keyFile'> => ({
  secretName: name,
  mount: { name, mountPath: `/${name}`, readOnly: true },
  certFile: `/${name}/tls.crt`,
  keyFile: `/${name}/tls.key`,
})

/** `<namespace>.hash.operator.tigera.io/<name>`. */
export const hashKey = (namespace: string, name: string): string => `${namespace}.hash.operator.tigera.io/${name}`

const pairHash = ({ lookup, name }: SecretName, pem: Uint8Array): Record<string, string> => ({ [hashKey(lookup, name)]: hash(hash(pem)) })

const text = (base64: string | undefined): string | undefined => (base64 ? Buffer.from(base64, 'base64').toString() : undefined)

/** A common name as a label's value: other characters become hyphens, at most 63, a letter or number at both ends. */
function labelValue(name: string): string {
  const ends = /^[-_.]+|[-_.]+$/g
  const value = name
    .replace(/[^A-Za-z0-9_.-]/g, '-')
    .replace(ends, '')
    .slice(0, 63)
    .replace(ends, '')
  return value === '' ? 'unknown' : value
}
