/** What a certificate says, as far as anybody here decides by it, and whether a key is its key. Reads PEM; never judges. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { type Der, inside, objectId, parse, tags, textOf } from './der.ts'

export interface Certificate {
  readonly commonName: string
  readonly issuerCommonName: string
  /** DNS names in the certificate's order; an IP address written as a DNS name counts as one. */
  readonly dnsNames: string[]
  readonly ipAddresses: string[]
  /** Milliseconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
  /** Hexadecimal. */
  readonly subjectKeyId?: string
  readonly authorityKeyId?: string
  /** Object identifiers of what TLS may use it for; undefined: for anything. */
  readonly usages?: readonly string[]
  /** The name of whom it is for, DER. */
  readonly subject: Uint8Array
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
  readonly der: Uint8Array
}

const block = /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g

/** Every certificate of a PEM text as DER, in its order; text between them is skipped. */
export const certificateBlocks = (pem: string): Uint8Array[] => [...pem.matchAll(block)].map(match => Buffer.from(match[1]!, 'base64'))

/** Whether a text that is shown to everybody has a private key in it. */
export const hasPrivateKey = (pem: string): boolean => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)

/** DER as PEM with a final newline, 64 characters a line. */
export function pemOf(der: Uint8Array, label = 'CERTIFICATE'): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/** The first certificate of a PEM text; undefined when there is none, or it does not parse. */
export function firstCertificate(pem: string): Certificate | undefined {
  const [der] = certificateBlocks(pem)
  if (!der) return undefined
  try {
    return read(new X509Certificate(der), der)
  } catch {
    return undefined
  }
}

/** A private key in any of the forms people keep in Secrets: PKCS#1, PKCS#8 or SEC1. Throws when it is none of them. */
export function privateKey(pem: string): KeyObject {
  const block = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^-]*-----END \1-----/.exec(pem)
  if (!block) throw new Error('it holds no PEM block of a private key')
  return createPrivateKey(block[0])
}

/** Whether the key belongs to the certificate: two halves that do not match stop every connection. False also for what is no key. */
export function belongsTo({ der }: Certificate, keyPem: string): boolean {
  try {
    return new X509Certificate(der).checkPrivateKey(privateKey(keyPem))
  } catch {
    return false
  }
}

/** https://datatracker.ietf.org/doc/html/rfc5280#section-4.1 */
function read(known: X509Certificate, der: Uint8Array): Certificate {
  const [signed] = inside(parse(der)[0])
  // Before the serial number stands the version, which certificates without extensions leave out.
  const [, , issuer, , subject, , ...more] = inside(signed).filter(({ tag }) => tag !== tags.around(0))
  const extensions = extensionsIn(more)
  const names = inside(extensions('2.5.29.17')).filter(({ content }) => content.length > 0)
  const hex = (found: Der | undefined) => found?.content.toString('hex')
  return {
    commonName: commonName(subject),
    issuerCommonName: commonName(issuer),
    dnsNames: names.filter(({ tag }) => tag === tags.instead(2)).map(textOf),
    ipAddresses: names.filter(({ tag }) => tag === tags.instead(7)).map(({ content }) => address(content)),
    notBefore: known.validFromDate.getTime(),
    notAfter: known.validToDate.getTime(),
    subjectKeyId: hex(extensions('2.5.29.14')),
    authorityKeyId: hex(inside(extensions('2.5.29.35')).find(({ tag }) => tag === tags.instead(0))),
    ...(known.keyUsage && { usages: known.keyUsage }),
    subject: subject?.whole ?? Buffer.of(),
    publicKey: known.publicKey.export({ type: 'spki', format: 'der' }),
    der,
  }
}

/** The value of an extension by its identifier. */
function extensionsIn(parts: readonly Der[]): (id: string) => Der | undefined {
  const list = inside(parts.find(({ tag }) => tag === tags.around(3)))
  const all = list.flatMap(inside).map(inside)
  return id => {
    const found = all.find(([name]) => name?.whole.equals(objectId(id)))
    return inside(found?.at(-1))[0]
  }
}

const commonNameId = objectId('2.5.4.3')

/** The last one counts, as in Go's crypto/x509. */
function commonName(name: Der | undefined): string {
  const attributes = inside(name).flatMap(inside).map(inside)
  const value = attributes.filter(([id]) => id?.whole.equals(commonNameId)).at(-1)?.[1]
  return value ? textOf(value) : ''
}

/** As Go prints it: IPv6 in its short form, and IPv4 also where it is written as IPv6. */
function address(octets: Buffer): string {
  if (octets.length !== 16) return octets.join('.')
  const hex = octets.toString('hex')
  if (hex.startsWith('00000000000000000000ffff')) return octets.subarray(12).join('.')
  return new URL(`http://[${hex.replace(/.{4}(?!$)/g, '$&:')}]`).hostname.slice(1, -1)
}
