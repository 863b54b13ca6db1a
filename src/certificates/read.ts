/** Reads the authority and the key pairs of this cluster, and has those issued that are missing. Sees the cluster through a Reader only, and never writes. */
import { Secret } from '../kube/kinds.ts'
import type { ObjectRef } from '../kube/objects.ts'
import type { Reader } from '../reconcile/controller.ts'
import { Invalid, type Problem } from '../reconcile/problems.ts'
import { type Authority, issuedBy } from './authority.ts'
import type { BundleEntry } from './bundle.ts'
import { requestedPair } from './csr.ts'
import type { Issuer } from './issue.ts'
import type { KeyPair } from './keys.ts'
import { renewalDays } from './leaf.ts'
import { mountedPair, pairSecret, type SecretName } from './secrets.ts'
import { daysLeft, freshPair, judge, type StoredPair } from './stored.ts'

type End = 'server' | 'client'

/** A pair that a component needs. */
export interface WantedPair<Name extends string = string> {
  secretName: Name
  /** DNS names and IP addresses it must be good for; peers expect the first. */
  dnsNames: readonly string[]
  /** Where it is looked up first and kept; the operator's namespace by default. */
  lookup?: string
  /** At which end of a connection it is presented, or at both. */
  ends?: readonly End[]
  /** Peers verify by name who presents it: the user's own pair must then say `common-name` or `uri-san`. */
  peerChecked?: boolean
}

export interface KeysOptions<Name extends string> {
  operatorNamespace: string
  /** Where the pods run; the pair is copied there. */
  namespace: string
  authority: Authority
  wanted: readonly WantedPair<Name>[]
  /** The image of key-cert-provisioner, for certificate management. */
  image: string
  /** False where another controller issues these pairs: what is missing is then a problem. */
  issue?: boolean
}

export interface KeysFound<Name extends string = string> {
  /** Complete when there are no problems: see `pairOf`. */
  pairs: Partial<Record<Name, KeyPair>>
  /** What a trusted bundle has to hold because of each pair; nothing for pairs the authority signed. */
  entries: Partial<Record<Name, BundleEntry>>
  /** The Secrets, finished but for owner and standard labels. */
  objects: Secret[]
  /** Secrets that must not be there. */
  remove: ObjectRef[]
  /** Secrets in which users have put pairs of their own, whoever made them first. */
  disown: ObjectRef[]
  /** Those of the objects whose key the cluster does not have yet: what mounts them must not change before they are written. */
  unstored: ObjectRef[]
  /** Those of the objects that a user may put a pair of their own into at any time, with the resourceVersion that was read, '' where there was none. */
  guarded: { ref: ObjectRef; over: string }[]
  problems: Problem[]
  warnings: string[]
  /** Milliseconds until something here changes without an event: a renewal, a warning, an end. */
  again?: number
}

/** Reads and, where needed, issues all pairs that a controller's components want. Problems are collected, not thrown. */
export async function readKeys<Name extends string>(cluster: Reader, issuer: Issuer, options: KeysOptions<Name>): Promise<KeysFound<Name>> {
  const read = await Promise.all(options.wanted.map(wanted => readOne(cluster, issuer, { ...options, wanted })))
  const named = <T>(of: (one: One) => T | undefined): Partial<Record<Name, T>> =>
    Object.fromEntries(
      options.wanted.flatMap(({ secretName }, index) => {
        const value = of(read[index]!)
        return value === undefined ? [] : [[secretName, value]]
      }),
    ) as Partial<Record<Name, T>>
  const times = read.flatMap(({ again = [] }) => again)
  return {
    pairs: named(({ pair }) => pair),
    entries: named(({ entry }) => entry),
    objects: read.flatMap(({ objects = [] }) => objects),
    remove: read.flatMap(({ remove = [] }) => remove),
    disown: read.flatMap(({ disown = [] }) => disown),
    unstored: read.flatMap(({ unstored = [] }) => unstored),
    guarded: read.flatMap(({ guarded = [] }) => guarded),
    problems: read.flatMap(({ problems = [] }) => problems),
    warnings: read.flatMap(({ warnings = [] }) => warnings),
    ...(times.length > 0 && { again: Math.min(...times) }),
  }
}

/** One of the pairs. Throws Invalid with every problem found when it is not there. */
export function pairOf<Name extends string>({ pairs, problems }: Pick<KeysFound<Name>, 'pairs' | 'problems'>, name: Name): KeyPair {
  const pair = pairs[name]
  if (!pair) throw new Invalid(problems)
  return pair
}

/** What of all that is found of one pair. */
interface One extends Partial<Omit<KeysFound, 'pairs' | 'entries'>> {
  pair?: KeyPair
  entry?: BundleEntry
}

/** Everything that is decided about one pair, beside the pair. */
interface Circumstances {
  secret: SecretName
  /** Of the Secret that was read. */
  over: string
  now: number
  names: readonly string[]
  ends: readonly End[]
  options: Omit<KeysOptions<string>, 'wanted'>
}

async function readOne(
  cluster: Reader,
  issuer: Issuer,
  { wanted, ...options }: Omit<KeysOptions<string>, 'wanted'> & { wanted: WantedPair },
): Promise<One> {
  const { dnsNames: names, peerChecked = false, ends = [] } = wanted
  const secret = { name: wanted.secretName, lookup: wanted.lookup ?? options.operatorNamespace }
  const now = issuer.clock.now()
  const stored = await cluster.get(Secret, secret.name, secret.lookup)
  const circumstances = { secret, over: stored?.metadata.resourceVersion ?? '', now, names, ends, options }
  const verdict = judge(stored, { names, authority: options.authority, now, peerChecked })
  if (verdict.kind === 'wrong') return { problems: verdict.problems, again: day }
  if (verdict.kind === 'user') return users(verdict.pair, circumstances)
  if (verdict.kind === 'missing') return missing(issuer, circumstances)
  issuer.stored(idOf(secret))
  return operators(verdict.pair, circumstances)
}

function operators(pair: StoredPair, { secret, over, now, names, options }: Circumstances): One {
  return {
    pair: mountedPair(pair, secret, names[0]),
    guarded: [{ ref: refTo(secret.name, secret.lookup), over }],
    objects: namespaces(options).map(namespace => pairSecret(pair, secret, namespace)),
    again: soon(pair.certificate.notAfter - renewalDays * day - now),
  }
}

function users(pair: StoredPair, { secret, now, ends, options }: Circumstances): One {
  const { lookup, name } = secret
  const left = daysLeft(pair.certificate, now)
  const foreign = !issuedBy(pair.certificate, options.authority)
  return {
    pair: mountedPair(pair, secret, undefined),
    ...(foreign && { entry: { namespace: lookup, name, pem: pair.certificatePem } }),
    // The user's own Secret is never written to, only copied to where the pods are; nor does it go when we do.
    disown: [refTo(name, lookup)],
    objects: lookup === options.namespace ? [] : [pairSecret(pair, secret, options.namespace)],
    warnings: [
      ...(left <= renewalDays ? [`Warning: user provided certificate "${name}" expires in ${left} days`] : []),
      ...ends
        .filter(end => !isFor(end, pair))
        .map(end => `Warning: user provided certificate "${name}" is not made out for a TLS ${end}, so its peers refuse it`),
    ],
    again: day,
  }
}

/** https://datatracker.ietf.org/doc/html/rfc5280#section-4.2.1.12 */
const identifiers: Record<End, string> = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' }
const anyUse = '2.5.29.37.0'

const isFor = (end: End, { certificate: { usages } }: StoredPair): boolean =>
  usages === undefined || usages.includes(identifiers[end]) || usages.includes(anyUse)

async function missing(issuer: Issuer, circumstances: Circumstances): Promise<One> {
  const { secret, names, options } = circumstances
  const { authority, image } = options
  const refs = namespaces(options).map(namespace => refTo(secret.name, namespace))
  if (authority.management) {
    const pair = requestedPair(secret, { management: authority.management, names, image }, names[0])
    return { pair, entry: { namespace: secret.lookup, name: secret.name, pem: authority.pem }, remove: refs }
  }
  if (options.issue === false) return { problems: [absent(secret)] }
  const issued = freshPair(await issuer.pair(idOf(secret), names, authority))
  return { ...operators(issued, circumstances), unstored: [refTo(secret.name, secret.lookup)] }
}

function absent({ name, lookup }: SecretName): Problem {
  const message = 'it is not there yet; the controller that issues it has not got so far'
  return {
    reason: 'CertificateError',
    message,
    object: refTo(name, lookup),
    remedy: 'See the other conditions of TigeraStatus for what holds it up',
  }
}

/** Where a pair of the operator's is kept: with the operator, and with the pods. */
const namespaces = ({ operatorNamespace, namespace }: Omit<KeysOptions<string>, 'wanted'>): string[] => [
  ...new Set([operatorNamespace, namespace]),
]

const refTo = (name: string, namespace: string): ObjectRef => ({ apiVersion: 'v1', kind: 'Secret', name, namespace })

const idOf = ({ name, lookup }: SecretName): string => `${lookup}/${name}`

const day = 86_400_000

/** Within a day: a longer timer overflows, and the clock of the machine may be set. */
const soon = (milliseconds: number): number => Math.min(Math.max(milliseconds, 0), day)
