/** Reads what pods are to trust: the authority, certificates other controllers or users keep, and Typha's own authority. Sees the cluster through a Reader only. */
import { installationRef } from '../installation/facts.ts'
import { ConfigMap, Namespace, Secret } from '../kube/kinds.ts'
import type { ObjectRef } from '../kube/objects.ts'
import type { Reader } from '../reconcile/controller.ts'
import { type Problem, Waiting } from '../reconcile/problems.ts'
import {
  type Authority,
  authoritySecret,
  type CertificateManagement,
  type IssuedPair,
  managedAuthority,
  operatorSigner,
  ownAuthority,
  told,
  type Unusable,
} from './authority.ts'
import type { BundleEntry } from './bundle.ts'
import { type Certificate, certificateBlocks, firstCertificate, hasPrivateKey } from './certificate.ts'
import type { Issuer } from './issue.ts'
import { once } from './once.ts'
import { pairSecret, type SecretName } from './secrets.ts'
import { freshPair, judgeCertificate } from './stored.ts'

export interface AuthorityOptions {
  operatorNamespace: string
  management?: CertificateManagement
  /** One controller only creates and keeps the authority's Secret; all others wait for it. */
  create?: boolean
}

/** Either the authority, or why there is none; nothing is thrown here, `waiting` is for the controller to throw where it decides. */
export interface AuthorityFound {
  authority?: Authority
  waiting?: Waiting
  /** For the one that creates it: the Secret, finished but for owner and standard labels. */
  object?: Secret
  /** The resourceVersion of what was read of it, '' where there was none: a user may put an authority of their own there at any time. */
  over?: string
  remove?: ObjectRef[]
  disown?: ObjectRef[]
}

/** The authority of this cluster (spec/installation-controller.md §11.1). */
export async function readAuthority(cluster: Reader, issuer: Issuer, options: AuthorityOptions): Promise<AuthorityFound> {
  const { operatorNamespace: namespace, management, create = false } = options
  const ref: ObjectRef = { apiVersion: 'v1', kind: 'Secret', name: authoritySecret, namespace }
  if (management) return { ...usable(managedAuthority(management), ref, options), ...(create && (await leftOver(cluster, ref))) }
  const secret = await cluster.get(Secret, authoritySecret, namespace)
  const stored = secret && pairOf(secret).pair
  if (stored) issuer.authorityStored()
  else if (!create) return notYet(cluster, ref)
  const pair = stored ?? (await issuer.authority())
  const found = usable(ownAuthority(pair), ref, options)
  return found.authority && create
    ? { ...found, object: kept(pair, namespace, secret?.type), over: secret?.metadata.resourceVersion ?? '' }
    : found
}

async function notYet(cluster: Reader, ref: ObjectRef): Promise<AuthorityFound> {
  const { namespace: name = '' } = ref
  if (await cluster.get(Namespace, name))
    return waitingFor('it does not exist yet; the controller of the Installation makes it', {
      object: ref,
      remedy: 'See TigeraStatus calico for what it waits for',
    })
  const object = { apiVersion: Namespace.apiVersion, kind: Namespace.kind, name }
  return waitingFor('it is not there, and all keys and certificates are kept in it', { object, remedy: 'Create it' })
}

/** What becomes of the Secret that nobody needs: an authority of the user's is not ours to take away. */
async function leftOver(cluster: Reader, ref: ObjectRef): Promise<Pick<AuthorityFound, 'remove' | 'disown'>> {
  return (await readUsersAuthority(cluster, ref.namespace ?? '')) ? { disown: [ref] } : { remove: [ref] }
}

/** The Secret of the authority, where the user put one of his own into it. */
export async function readUsersAuthority(cluster: Reader, namespace: string): Promise<ObjectRef | undefined> {
  const secret = await cluster.get(Secret, authoritySecret, namespace)
  const { certificate } = (secret && pairOf(secret)) ?? {}
  const users = certificate && !certificate.commonName.startsWith(operatorSigner)
  return users ? { apiVersion: 'v1', kind: 'Secret', name: authoritySecret, namespace } : undefined
}

/** The pair in the authority's Secret, and its certificate where it can be read; one that lacks a half counts as none. */
const pairOf = once(({ data = {} }: Secret): { pair?: IssuedPair; certificate?: Certificate } => {
  const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString()
  const pair = { certificatePem: text('tls.crt'), privateKeyPem: text('tls.key') }
  return pair.certificatePem && pair.privateKeyPem ? { pair, certificate: firstCertificate(pair.certificatePem) } : {}
})

/** The authority's own Secret: nothing in it but the pair, and the type it has already. */
function kept(pair: IssuedPair, namespace: string, type?: string): Secret {
  const secret = { name: authoritySecret, lookup: namespace }
  const { certificate, certificatePem, data } = freshPair(pair)
  return pairSecret({ certificate, certificatePem, data, ...(type !== undefined && type !== 'Opaque' && { type }) }, secret, namespace)
}

function usable(authority: Authority | Unusable, ref: ObjectRef, { management }: AuthorityOptions): AuthorityFound {
  if (!('wrong' in authority)) return { authority }
  const given = {
    ...{ object: installationRef, path: 'spec.certificateManagement.caCert' },
    remedy: 'Write the PEM certificate of the authority there, and nothing else, in base64',
  }
  const stored = { object: ref, remedy: 'Put a pair into it that can sign, or delete it so that the operator makes one' }
  return waitingFor(`Unable to create the Tigera CA: ${authority.wrong}`, management ? given : stored)
}

const waitingFor = (message: string, at: Required<Pick<Problem, 'object' | 'remedy'>> & Pick<Problem, 'path'>): AuthorityFound => ({
  waiting: new Waiting([{ reason: 'ResourceCreateError', message, ...at }]),
})

/**
 * What a trusted bundle has to hold because of a certificate that another controller or the user keeps; undefined when the
 * authority vouches for it, or when it is absent or out of date.
 */
export async function readEntry(
  cluster: Reader,
  { name, lookup }: SecretName,
  at: { authority: Authority; now: number },
): Promise<BundleEntry | undefined> {
  const found = judgeCertificate(await cluster.get(Secret, name, lookup), at)
  // A pod that requests its own certificate has one by the authority, which so is trusted under this name too.
  if (found === 'missing') return at.authority.management && { namespace: lookup, name, pem: at.authority.pem }
  return found === 'operator' ? undefined : { namespace: lookup, name, pem: found }
}

/** The user's authority for Typha and calico-node, from ConfigMap `typha-ca`; a problem when it is there without certificates. */
export async function readTyphaAuthority(
  cluster: Reader,
  operatorNamespace: string,
): Promise<{ entry?: BundleEntry; problems: Problem[] }> {
  const name = 'typha-ca'
  const found = await cluster.get(ConfigMap, name, operatorNamespace)
  if (!found) return { problems: [] }
  const pem = found.data?.caBundle ?? ''
  if (certificateBlocks(pem).length > 0 && !hasPrivateKey(pem)) return { entry: { namespace: 'calico-system', name, pem }, problems: [] }
  const object = { apiVersion: 'v1', kind: 'ConfigMap', name, namespace: operatorNamespace }
  const remedy = 'Put PEM certificates into caBundle, or delete the ConfigMap'
  const message = hasPrivateKey(pem) ? `it ${told}` : 'it holds no PEM certificate'
  return { problems: [{ reason: 'CertificateError', message, object, path: 'data.caBundle', remedy }] }
}
