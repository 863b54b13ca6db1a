/** Builds and signs certificates. Takes time, names, keys and serial numbers as they are given; keeps nothing. */
import 'reflect-metadata'
import { createHash, createPublicKey, type KeyObject, sign as signature, type webcrypto } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  type Name,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

/** What is to be signed. */
export interface Request {
  /** The common name. */
  subject: string
  publicKey: Uint8Array
  /** Milliseconds since 1970; the certificate holds from one second before. */
  now: number
  days: number
  /** Eight random octets. */
  serial: Uint8Array
}

/** Who signs: the issuer's name to the octet, because verifiers compare it so. */
export interface Signer {
  readonly name: JsonName | Name
  readonly key: KeyObject
  /** Hexadecimal. */
  readonly keyId: string
}

const day = 86_400_000

/** A leaf for servers and clients alike, as DER (spec/installation-controller.md §11.2). The names are DNS names and IP addresses. */
export function signLeaf(request: Request, signer: Signer, names: { dns: string[]; ip: string[] }): Promise<Uint8Array> {
  const { serverAuth, clientAuth } = ExtendedKeyUsage
  return issue(request, signer, [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
    // Twice, because the predecessor's certificates say so, and some people compare.
    new ExtendedKeyUsageExtension([serverAuth, serverAuth, clientAuth]),
    new BasicConstraintsExtension(false, undefined, true),
    new SubjectKeyIdentifierExtension(keyIdOf(request.publicKey)),
    new AuthorityKeyIdentifierExtension(signer.keyId),
    new SubjectAlternativeNameExtension([
      ...names.dns.map(value => ({ type: 'dns' as const, value })),
      ...names.ip.map(value => ({ type: 'ip' as const, value })),
    ]),
  ])
}

/** A self-signed authority, as DER (spec/installation-controller.md §11.1). */
export function signAuthority(request: Request, key: KeyObject): Promise<Uint8Array> {
  const keyId = keyIdOf(request.publicKey)
  const { digitalSignature, keyEncipherment, keyCertSign } = KeyUsageFlags
  return issue(request, { name: named(request.subject), key, keyId }, [
    new KeyUsagesExtension(digitalSignature | keyEncipherment | keyCertSign, true),
    new BasicConstraintsExtension(true, undefined, true),
    new SubjectKeyIdentifierExtension(keyId),
    new AuthorityKeyIdentifierExtension(keyId),
  ])
}

/** The SHA-1 of an RSA key's modulus, of another key's SubjectPublicKeyInfo; hexadecimal. */
export function keyIdOf(publicKey: Uint8Array): string {
  return createHash('sha1')
    .update(modulusOf(publicKey) ?? publicKey)
    .digest('hex')
}

function modulusOf(publicKey: Uint8Array): Uint8Array | undefined {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
  return key.asymmetricKeyType === 'rsa' ? Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url') : undefined
}

/** Whether certificates can be signed with it: RSA, or one of the curves P-256, P-384 and P-521. */
export const canSign = (key: KeyObject): boolean => algorithmOf(key) !== undefined

async function issue({ subject, publicKey, now, days, serial }: Request, signer: Signer, extensions: Extension[]): Promise<Uint8Array> {
  const second = Math.floor(now / 1000) * 1000
  const algorithm = algorithmOf(signer.key)
  if (!algorithm) throw new Error('no certificates can be signed with such a key')
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: Buffer.from(positive(serial)).toString('hex'),
      subject: named(subject),
      issuer: signer.name,
      notBefore: new Date(second - 1000),
      notAfter: new Date(second + days * day),
      publicKey: new PublicKey(publicKey),
      signingKey: { algorithm } as unknown as webcrypto.CryptoKey,
      extensions,
    },
    signingWith(signer.key, algorithm),
  )
  return new Uint8Array(certificate.rawData)
}

const named = (commonName: string): JsonName => [{ CN: [commonName] }]

/** 63 bits that are not all zero. */
function positive(serial: Uint8Array): Uint8Array {
  const octets = Uint8Array.from(serial)
  octets[0]! &= 0x7f
  if (octets.every(octet => octet === 0)) octets[octets.length - 1] = 1
  return octets
}

const curves: Readonly<Record<string, { curve: string; hash: string }>> = {
  prime256v1: { curve: 'P-256', hash: 'SHA-256' },
  secp384r1: { curve: 'P-384', hash: 'SHA-384' },
  secp521r1: { curve: 'P-521', hash: 'SHA-512' },
}

type SigningAlgorithm = webcrypto.Algorithm & { hash: string; namedCurve?: string }

function algorithmOf(key: KeyObject): SigningAlgorithm | undefined {
  if (key.asymmetricKeyType === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const curve = curves[key.asymmetricKeyDetails?.namedCurve ?? '']
  return curve && { name: 'ECDSA', namedCurve: curve.curve, hash: curve.hash }
}

/**
 * As much of WebCrypto as the generator uses: one signature. Made on this thread, in about a millisecond, so that time which jumps
 * in simulations does not jump over it, and without importing the key anew each time.
 */
function signingWith(key: KeyObject, { hash }: SigningAlgorithm): webcrypto.Crypto {
  const sign = async (_algorithm: unknown, _key: unknown, data: ArrayBuffer) =>
    signature(hash.replace('-', ''), Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' })
  return { subtle: { sign } } as unknown as webcrypto.Crypto
}
