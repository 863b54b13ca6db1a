/** Builds and signs certificates. Takes time, names, keys and serial numbers as they are given; keeps nothing. https://datatracker.ietf.org/doc/html/rfc5280#section-4 */
import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { parseAddress } from '../installation/cidr.ts'
import { bits, integer, objectId, sequence, tags, time, value } from './der.ts'

/** What is to be signed. */
export interface Request {
  /** The common name. */
  subject: string
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Uint8Array
  /** Milliseconds since 1970; the certificate holds from one second before. */
  now: number
  days: number
  /** Eight random octets. */
  serial: Uint8Array
}

/** Who signs: the issuer's name to the octet, because verifiers compare it so. */
export interface Signer {
  /** DER. */
  readonly name: Uint8Array
  readonly key: KeyObject
  /** Hexadecimal. */
  readonly keyId: string
}

const day = 86_400_000

/** A leaf for servers and clients alike, as DER (spec/installation-controller.md §11.2). The names are DNS names and IP addresses. */
export function signLeaf(request: Request, signer: Signer, names: { dns: string[]; ip: string[] }): Uint8Array {
  return issue(request, signer, [
    extension(ids.keyUsage, bits(usage.digitalSignature, usage.keyEncipherment), 'critical'),
    // Twice, because the predecessor's certificates say so, and some people compare.
    extension(ids.extendedKeyUsage, sequence(...[ids.serverAuth, ids.serverAuth, ids.clientAuth].map(objectId))),
    extension(ids.basicConstraints, sequence(), 'critical'),
    ...keyIds(request, signer.keyId),
    extension(
      ids.subjectAltName,
      sequence(...names.dns.map(name => value(tags.instead(2), name)), ...names.ip.map(ip => value(tags.instead(7), addressOctets(ip)))),
    ),
  ])
}

/** A self-signed authority, as DER (spec/installation-controller.md §11.1). */
export function signAuthority(request: Request, key: KeyObject): Uint8Array {
  const keyId = keyIdOf(request.publicKey)
  return issue(request, { name: named(request.subject), key, keyId }, [
    extension(ids.keyUsage, bits(usage.digitalSignature, usage.keyEncipherment, usage.keyCertSign), 'critical'),
    extension(ids.basicConstraints, sequence(value(tags.boolean, Uint8Array.of(0xff))), 'critical'),
    ...keyIds(request, keyId),
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

function issue({ subject, publicKey, now, days, serial }: Request, signer: Signer, extensions: readonly Buffer[]): Uint8Array {
  const second = Math.floor(now / 1000) * 1000
  const algorithm = algorithmOf(signer.key)
  if (!algorithm) throw new Error('no certificates can be signed with such a key')
  const version3 = value(tags.around(0), integer(Uint8Array.of(2)))
  const signed = sequence(
    version3,
    integer(positive(serial)),
    algorithm.name,
    signer.name,
    sequence(time(second - 1000), time(second + days * day)),
    named(subject),
    publicKey,
    value(tags.around(3), sequence(...extensions)),
  )
  const signature = sign(algorithm.hash, signed, signer.key)
  return sequence(signed, algorithm.name, value(tags.bits, Uint8Array.of(0), signature))
}

const ids = {
  commonName: '2.5.4.3',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const

const usage = { digitalSignature: 0, keyEncipherment: 2, keyCertSign: 5 } as const

function extension(id: string, content: Uint8Array, critical?: 'critical'): Buffer {
  return sequence(objectId(id), ...(critical ? [value(tags.boolean, Uint8Array.of(0xff))] : []), value(tags.octets, content))
}

const keyIds = ({ publicKey }: Request, authority: string): Buffer[] => [
  extension(ids.subjectKeyId, value(tags.octets, Buffer.from(keyIdOf(publicKey), 'hex'))),
  extension(ids.authorityKeyId, sequence(value(tags.instead(0), Buffer.from(authority, 'hex')))),
]

/** A name that is nothing but a common name. */
function named(commonName: string): Buffer {
  const tag = /^[A-Za-z0-9 '()+,./:=?-]*$/.test(commonName) ? tags.printable : tags.utf8
  return sequence(value(tags.set, sequence(objectId(ids.commonName), value(tag, commonName))))
}

/** 63 bits that are not all zero. */
function positive(serial: Uint8Array): Uint8Array {
  const octets = Uint8Array.from(serial)
  octets[0]! &= 0x7f
  if (octets.every(octet => octet === 0)) octets[octets.length - 1] = 1
  return octets
}

/** https://datatracker.ietf.org/doc/html/rfc4055#section-5, https://datatracker.ietf.org/doc/html/rfc5758#section-3.2 */
const rsa = { name: sequence(objectId('1.2.840.113549.1.1.11'), value(tags.none)), hash: 'sha256' }
const curves: Readonly<Record<string, typeof rsa>> = {
  prime256v1: { name: sequence(objectId('1.2.840.10045.4.3.2')), hash: 'sha256' },
  secp384r1: { name: sequence(objectId('1.2.840.10045.4.3.3')), hash: 'sha384' },
  secp521r1: { name: sequence(objectId('1.2.840.10045.4.3.4')), hash: 'sha512' },
}

const algorithmOf = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): typeof rsa | undefined =>
  asymmetricKeyType === 'rsa' ? rsa : curves[asymmetricKeyDetails?.namedCurve ?? '']

/** Four octets, or sixteen. */
function addressOctets(ip: string): Uint8Array {
  const address = parseAddress(ip)
  if (!address) throw new Error(`${ip} is no IP address`)
  return Buffer.from(address.value.toString(16).padStart(address.family === 'IPv4' ? 8 : 32, '0'), 'hex')
}
