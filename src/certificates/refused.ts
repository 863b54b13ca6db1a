/**
 * Requests for certificates by the operator's own signer. It signs for components of another product only, so here each of them is refused, and its pod need not
 * wait for ever (spec/ippool-kubeproxy-secrets-csr-imageset.md §4). Knows no key, and signs nothing.
 */
import { CertificateSigningRequest } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/objects.ts'

const signer = 'tigera.io/operator-signer'
const label = 'operator.tigera.io/csr'

/** A request that waits for an answer. */
export interface Waiting {
  readonly name: string
  readonly uid?: string
  readonly username?: string
}

/** Those for this signer that nobody has answered yet; all others are other people's. */
export const waitingForSigner = (requests: readonly CertificateSigningRequest[]): Waiting[] =>
  requests
    .filter(({ spec, metadata, status }) => spec.signerName === signer && metadata.labels?.[label] !== undefined && !isAnswered(status))
    .map(({ metadata: { name, uid }, spec: { username } }) => ({ name, uid, username }))

const isAnswered = ({ certificate, conditions = [] }: NonNullable<CertificateSigningRequest['status']> = {}): boolean =>
  certificate !== undefined || conditions.some(({ type, status }) => (type === 'Denied' || type === 'Failed') && status === 'True')

/** The answer, for the path `approval`. */
export function denial({ name, uid, username }: Waiting): KubeObject {
  // What a request is about stands before the colon of its name.
  const message = `${signer} signs nothing here, and so not ${name.replace(/:.*$/, '')} for ${username || 'anybody'}`
  const status = { conditions: [{ type: 'Denied', status: 'True', reason: 'NotSignedHere', message }] }
  return {
    apiVersion: CertificateSigningRequest.apiVersion,
    kind: CertificateSigningRequest.kind,
    metadata: { name, uid },
    status,
  } as KubeObject
}
