/**
 * Judges a Secret that should hold a key pair: usable, ours and to be renewed, the user's, or wrong
 * (spec/installation-controller.md §11.3). A pure function of the Secret, the authority and the time.
 */
import type { Secret } from '../kube/kinds.ts'
import type { Problem } from '../reconcile/problems.ts'
import { type Authority, type IssuedPair, issuedBy, operatorSigner, told } from './authority.ts'
import { belongsTo, type Certificate, firstCertificate, hasPrivateKey } from './certificate.ts'
import { renewalDays } from './leaf.ts'
import { once } from './once.ts'

/** The label by which the operator marks Secrets it issued or copied; its value names the issuer. */
export const signerLabel = 'certificates.operator.tigera.io/signer'

/** A pair as it lies in its Secret. */
export interface StoredPair {
  readonly certificate: Certificate
  /** `tls.crt`, by whatever name it is stored. */
  readonly certificatePem: Buffer
  /** All keys of the Secret as stored (base64), with `tls.crt` and `tls.key` beside legacy names. */
  readonly data: Readonly<Record<string, string>>
  /** The Secret's type, where it is not the usual one; it cannot be changed. */
  readonly type?: string
}

export type Verdict =
  /** None, or one of ours that is no longer fit: issue another. */
  { kind: 'missing' } | { kind: 'operator'; pair: StoredPair } | { kind: 'user'; pair: StoredPair } | { kind: 'wrong'; problems: Problem[] }

export interface Expectation {
  /** The name the certificate has to be good for, in DNS or IP form. */
  names: readonly string[]
  authority: Authority
  /** Peers verify by name who presents the pair, so the user's has to say that name. */
  peerChecked?: boolean
  /** Milliseconds since 1970. */
  now: number
}

/** Under which keys pairs have been stored over the years; the first one with a certificate counts. */
const legacyKeys = [
  ['tls.key', 'tls.crt'],
  ['key', 'cert'],
  ['apiserver.key', 'apiserver.crt'],
  ['key.key', 'cert.crt'],
  ['managed-cluster.key', 'managed-cluster.crt'],
  ['management-cluster.key', 'management-cluster.crt'],
] as const

const day = 86_400_000

export function judge(secret: Secret | undefined, expected: Expectation): Verdict {
  if (!secret) return { kind: 'missing' }
  const read = readPair(secret)
  if ('wrong' in read) return wrong(secret, read.wrong)
  const { certificate } = read.pair
  if (!issuedByOperator(secret, certificate, expected.authority)) return judgeUsers(secret, read, expected)
  return isFit(read, expected) ? { kind: 'operator', pair: read.pair } : { kind: 'missing' }
}

/** The certificate alone, for those who only trust it: nobody can use the key of it but its owner, so a Secret without one will do. */
export function judgeCertificate(
  secret: Secret | undefined,
  { authority, now }: Pick<Expectation, 'authority' | 'now'>,
): 'missing' | 'operator' | Buffer {
  if (!secret) return 'missing'
  const { pem, certificate } = readCertificate(secret)
  if (!certificate || now < certificate.notBefore || now > certificate.notAfter) return 'missing'
  const operators = issuedByOperator(secret, certificate, authority)
  if (operators && (authority.management || certificate.notAfter - now < renewalDays * day)) return 'missing'
  return operators && issuedBy(certificate, authority) ? 'operator' : pem
}

/** Whole days until the certificate ends; negative when it has. */
export const daysLeft = ({ notAfter }: Certificate, now: number): number => Math.floor((notAfter - now) / day)

/** Whether a pair of the operator's is good for another while. None is where pods request their certificates themselves. */
function isFit({ pair: { certificate }, keyPem }: ReadPair, { names, authority, now }: Expectation): boolean {
  const covered = new Set([...certificate.dnsNames, ...certificate.ipAddresses])
  return (
    !authority.management &&
    now >= certificate.notBefore &&
    certificate.notAfter - now >= renewalDays * day &&
    issuedBy(certificate, authority) &&
    names.every(name => covered.has(name)) &&
    belongsTo(certificate, keyPem)
  )
}

function judgeUsers(secret: Secret, read: ReadPair, { now, peerChecked }: Expectation): Verdict {
  const { pair } = read
  const { notBefore, notAfter } = pair.certificate
  const problems = [
    now < notBefore && `its certificate is not valid before ${date(notBefore)}`,
    now > notAfter && `its certificate ended on ${date(notAfter)}`,
    !isWhole(read) && 'its key is not the key of its certificate',
    peerChecked && !identified(pair.data) && 'it says neither common-name nor uri-san, by which peers know the owner of its certificate',
  ].filter(problem => problem !== false && problem !== undefined)
  return problems.length > 0 ? wrong(secret, problems) : { kind: 'user', pair }
}

const identified = (data: Readonly<Record<string, string>>): boolean => Boolean(data['common-name'] || data['uri-san'])

/**
 * Ours by the issuer's name, as the predecessor tells, and also under an authority the user named otherwise, where only we
 * could have signed and labelled it.
 */
const issuedByOperator = (secret: Secret, certificate: Certificate, authority: Authority): boolean =>
  certificate.issuerCommonName.startsWith(operatorSigner) ||
  (secret.metadata.labels?.[signerLabel] !== undefined && issuedBy(certificate, authority))

interface ReadPair {
  pair: StoredPair
  keyPem: string
}

const isWhole = once(({ pair, keyPem }: ReadPair) => belongsTo(pair.certificate, keyPem))

const readCertificate = once((secret: Secret) => {
  const pem = read(secret).certificatePem
  const text = pem.toString()
  return { pem, certificate: hasPrivateKey(text) ? undefined : firstCertificate(text) }
})

function read(secret: Secret) {
  const data = secret.data ?? {}
  const [keyName, certificateName] = legacyKeys.find(([, certificate]) => data[certificate]) ?? legacyKeys[0]
  const certificatePem = Buffer.from(data[certificateName] ?? '', 'base64')
  const keyPem = Buffer.from(data[keyName] ?? '', 'base64')
  return { keyName, certificateName, certificatePem, keyPem }
}

const readPair = once((secret: Secret): ReadPair | { wrong: string[] } => {
  const { keyName, certificateName, certificatePem, keyPem } = read(secret)
  const lacking = [certificatePem.length === 0 && certificateName, keyPem.length === 0 && keyName].filter(name => name !== false)
  if (lacking.length > 0) return { wrong: lacking.map(name => `it has no ${name}`) }
  if (hasPrivateKey(certificatePem.toString())) return { wrong: [`its ${certificateName} ${told}`] }
  const certificate = firstCertificate(certificatePem.toString())
  if (!certificate) return { wrong: [`its ${certificateName} holds no PEM certificate that can be read`] }
  const pair = {
    certificate,
    certificatePem,
    data: { ...secret.data, 'tls.crt': certificatePem.toString('base64'), 'tls.key': keyPem.toString('base64') },
    ...(secret.type !== undefined && secret.type !== 'Opaque' && { type: secret.type }),
  }
  return { pair, keyPem: keyPem.toString() }
})

/** A pair as it will lie in its Secret. */
export const freshPair = once(({ certificatePem, privateKeyPem }: IssuedPair): StoredPair => {
  const pem = Buffer.from(certificatePem)
  const certificate = firstCertificate(certificatePem)
  if (!certificate) throw new Error('the certificate just issued cannot be read')
  return {
    certificate,
    certificatePem: pem,
    data: { 'tls.crt': pem.toString('base64'), 'tls.key': Buffer.from(privateKeyPem).toString('base64') },
  }
})

const date = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z')

const remedy = 'Put a certificate, its key and all that belongs to them into it, or delete it so that the operator issues a pair'

function wrong({ metadata: { name, namespace } }: Secret, messages: string[]): { kind: 'wrong'; problems: Problem[] } {
  const object = { apiVersion: 'v1', kind: 'Secret', name, ...(namespace !== undefined && { namespace }) }
  return { kind: 'wrong', problems: messages.map(message => ({ reason: 'CertificateError', message, object, remedy })) }
}
