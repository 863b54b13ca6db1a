/** What a certificate says, as far as anybody here decides by it, and whether a key is its key. Reads PEM; never judges. */
import 'reflect-metadata'
import { createPrivateKey, type KeyObject, X509Certificate as Verifier } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  type Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
} from '@peculiar/x509'

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
  readonly subject: Name
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
  readonly der: Uint8Array
}

const block = /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g

/** Every certificate of a PEM text as DER, in its order; text between them is skipped. */
export const certificateBlocks = (pem: string): Uint8Array[] => [...pem.matchAll(block)].map(match => Buffer.from(match[1]!, 'base64'))

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
    return new Verifier(der).checkPrivateKey(privateKey(keyPem))
  } catch {
    return false
  }
}

function read(parsed: X509Certificate, der: Uint8Array): Certificate {
  const names = parsed.getExtension(SubjectAlternativeNameExtension)?.names.items ?? []
  return {
    commonName: commonName(parsed.subjectName),
    issuerCommonName: commonName(parsed.issuerName),
    dnsNames: names.filter(({ type }) => type === 'dns').map(({ value }) => value),
    ipAddresses: names.filter(({ type }) => type === 'ip').map(({ value }) => value),
    notBefore: parsed.notBefore.getTime(),
    notAfter: parsed.notAfter.getTime(),
    subjectKeyId: parsed.getExtension(SubjectKeyIdentifierExtension)?.keyId,
    authorityKeyId: parsed.getExtension(AuthorityKeyIdentifierExtension)?.keyId,
    subject: parsed.subjectName,
    publicKey: new Uint8Array(parsed.publicKey.rawData),
    der,
  }
}

/** The last one counts, as in Go's crypto/x509. */
const commonName = (name: Name): string => name.getField('CN').at(-1) ?? ''
