/** What is read of certificates, and what is signed, beside what another implementation makes of the same. */
import 'reflect-metadata'
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign as signature, webcrypto } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import * as x509 from '@peculiar/x509'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { knownKeys } from '../../test/keys.ts'
import { recordedClusters } from '../../test/takeover/clusters.ts'
import { certificateBlocks, firstCertificate, pemOf } from './certificate.ts'
import { integer, objectId, sequence, tags, value } from './der.ts'
import { keyIdOf, signAuthority, signLeaf } from './sign.ts'

const testdata = (name: string): string => readFileSync(new URL(`./testdata/${name}.json`, import.meta.url), 'utf8')

/** Every certificate in a JSON text, in PEM or in base64 around PEM. */
function certificatesIn(json: string): Uint8Array[] {
  const texts: string[] = []
  JSON.parse(json, (_, found) => {
    if (typeof found === 'string') texts.push(found, Buffer.from(found, 'base64').toString('latin1'))
    return found
  })
  const all = texts.flatMap(certificateBlocks).map(der => Buffer.from(der).toString('base64'))
  return [...new Set(all)].map(base64 => Buffer.from(base64, 'base64'))
}

const sources: Record<string, Uint8Array[]> = {
  'the predecessor’s': certificatesIn(testdata('recorded')),
  'users’ authorities': certificatesIn(testdata('authorities')),
  'recorded clusters': certificatesIn(JSON.stringify([...recordedClusters().values()])),
  'public authorities': rootCertificates.flatMap(certificateBlocks),
}

/** The same by @peculiar/x509. */
function readOtherwise(der: Uint8Array) {
  const certificate = new x509.X509Certificate(new Uint8Array(der))
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? []
  return {
    commonName: certificate.subjectName.getField('CN').at(-1) ?? '',
    issuerCommonName: certificate.issuerName.getField('CN').at(-1) ?? '',
    dnsNames: names.filter(({ type }) => type === 'dns').map(name => name.value),
    ipAddresses: names.filter(({ type }) => type === 'ip').map(name => name.value),
    notBefore: certificate.notBefore.getTime(),
    notAfter: certificate.notAfter.getTime(),
    subjectKeyId: certificate.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId,
    authorityKeyId: certificate.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId,
    usages: certificate.getExtension(x509.ExtendedKeyUsageExtension)?.usages.map(String),
    subject: Buffer.from(certificate.subjectName.toArrayBuffer()),
    publicKey: Buffer.from(certificate.publicKey.rawData),
    der: Buffer.from(der),
  }
}

describe.each(Object.entries(sources))('certificates: %s', (_, certificates) => {
  test('are found', () => expect(certificates.length).toBeGreaterThan(2))

  test('say what another implementation reads in them', () => {
    for (const der of certificates) {
      const read = firstCertificate(pemOf(der))
      expect(read && { ...read, subject: Buffer.from(read.subject), publicKey: Buffer.from(read.publicKey) }).toEqual(readOtherwise(der))
    }
  })
})

test('octets that are spoiled are no certificate, or another one, and nothing is thrown', () => {
  const [der] = sources['the predecessor’s']!
  const spoils = fc.array(fc.tuple(fc.nat(der!.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(spoils, fc.nat(der!.length), (changes, length) => {
      const spoiled = Buffer.from(der!)
      for (const [at, octet] of changes) spoiled[at] = octet
      firstCertificate(pemOf(spoiled))
      expect(firstCertificate(pemOf(spoiled.subarray(0, length - 1)))).toBeUndefined()
    }),
  )
})

/** A certificate whose subject is this name, whatever it is. */
function withSubject(subject: Uint8Array, names: Uint8Array): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const der = signAuthority({ subject: 'a', publicKey: spki, now: 0, days: 1, serial: Uint8Array.of(1) }, privateKey)
  const [signed] = inSequence(der)
  const [version, serial, algorithm, issuer, validity, , key] = inSequence(signed!)
  const san = sequence(objectId('2.5.29.17'), value(tags.octets, names))
  const changed = sequence(version!, serial!, algorithm!, issuer!, validity!, subject, key!, value(tags.around(3), sequence(san)))
  return pemOf(sequence(changed, algorithm!, value(tags.bits, Uint8Array.of(0), signature('sha256', changed, privateKey))))
}

/** The values in a sequence, by their lengths: shorter than 65,536 octets. */
function inSequence(octets: Uint8Array): Uint8Array[] {
  const headOf = (from: Uint8Array): [number, number] =>
    from[1]! < 0x80 ? [2, from[1]!] : from[1] === 0x81 ? [3, from[2]!] : [4, from[2]! * 256 + from[3]!]
  const values: Uint8Array[] = []
  const [head] = headOf(octets)
  for (let rest = octets.subarray(head); rest.length > 0; ) {
    const [begin, length] = headOf(rest)
    values.push(rest.subarray(0, begin + length))
    rest = rest.subarray(begin + length)
  }
  return values
}

const attribute = (tag: number, text: Buffer, id = '2.5.4.3') => value(tags.set, sequence(objectId(id), value(tag, text)))
const none = sequence()

test.each([
  ['UTF-8', 0x0c, Buffer.from('Grüße 世界')],
  ['letters of two octets', 0x1e, Buffer.from('Grüße 世界', 'utf16le').swap16()],
])('a common name in %s is read', (_, tag, octets) => {
  expect(firstCertificate(withSubject(sequence(attribute(tag, octets)), none))?.commonName).toBe('Grüße 世界')
})

test('of several common names the last one counts, and a name may have none', () => {
  const organisation = attribute(0x13, Buffer.from('o'), '2.5.4.10')
  const named = sequence(attribute(0x13, Buffer.from('one')), attribute(0x13, Buffer.from('two')), organisation)
  expect(firstCertificate(withSubject(named, none))?.commonName).toBe('two')
  expect(firstCertificate(withSubject(sequence(organisation), none))?.commonName).toBe('')
})

test('addresses are read as Go prints them', () => {
  const octets = ['7f000001', '20010db8000000000000000000000001', '00000000000000000000ffff01020304', `${'0'.repeat(31)}1`]
  const names = sequence(...octets.map(hex => value(tags.instead(7), Buffer.from(hex, 'hex'))))
  expect(firstCertificate(withSubject(none, names))?.ipAddresses).toEqual(['127.0.0.1', '2001:db8::1', '1.2.3.4', '::1'])
})

const { digitalSignature, keyEncipherment, keyCertSign } = x509.KeyUsageFlags
const { serverAuth, clientAuth } = x509.ExtendedKeyUsage

const octets = fc
  .uint8Array({ minLength: 8, maxLength: 8 })
  .filter(serial => serial.some((octet, index) => octet !== 0 && !(index === 0 && octet === 0x80)))
const dnsName = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z]{1,8}){0,3}$/)
const address = fc.oneof(fc.ipV4(), fc.constantFrom('::1', 'fd00::1', '2001:db8:1:2:3:4:5:6'))
const commonName = fc.oneof(dnsName, fc.constantFrom('tigera-operator-signer', 'Grüße', 'a_b', 'a*b', 'It’s', 'x & y'))
const moment = fc.date({ min: new Date('2000-01-01'), max: new Date('2080-01-01'), noInvalidDate: true })
const asked = fc.record({
  subject: commonName,
  serial: octets,
  now: moment.map(date => date.getTime()),
  days: fc.constantFrom(1, 825, 36_500),
})

const rsa = await knownKeys().generate()
const keys = {
  RSA: { key: createPrivateKey(rsa.privateKeyPem), algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } },
  'P-384': { key: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey, algorithm: { name: 'ECDSA', hash: 'SHA-384' } },
}

/** By @peculiar/x509, with the same in it: what is signed, and the algorithm. */
async function signedOtherwise(
  { subject, serial, now, days, publicKey }: Parameters<typeof signLeaf>[0],
  { issuer, how, extensions }: { issuer: string; how: (typeof keys)['RSA']; extensions: x509.Extension[] },
): Promise<Buffer> {
  const { key, algorithm } = how
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' })
  const imported = { ...algorithm, namedCurve: 'P-384' }
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, imported, true, ['sign'])
  const positive = Buffer.from(serial)
  positive[0]! &= 0x7f
  const second = Math.floor(now / 1000) * 1000
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: positive.toString('hex'),
      subject: [{ CN: [subject] }],
      issuer: [{ CN: [issuer] }],
      notBefore: new Date(second - 1000),
      notAfter: new Date(second + days * 86_400_000),
      publicKey: new x509.PublicKey(new Uint8Array(publicKey)),
      signingKey,
      signingAlgorithm: algorithm,
      extensions,
    },
    webcrypto as unknown as Parameters<typeof x509.X509CertificateGenerator.create>[1],
  )
  return Buffer.from(certificate.rawData)
}

/** Signatures by elliptic curves are never the same twice. */
const unsigned = (der: Uint8Array) =>
  inSequence(der)
    .slice(0, 2)
    .map(part => Buffer.from(part).toString('hex'))

describe.each(Object.entries(keys))('signed with %s', (name, how) => {
  const publicKey = createPublicKey(how.key).export({ type: 'spki', format: 'der' })
  const keyId = keyIdOf(publicKey)
  const same = (mine: Uint8Array, theirs: Buffer) => {
    expect(unsigned(mine)).toEqual(unsigned(theirs))
    if (name === 'RSA') expect(Buffer.from(mine).equals(theirs)).toBe(true)
  }

  test('an authority is, octet by octet, what another implementation makes of the same', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async each => {
        const request = { ...each, publicKey }
        const extensions = [
          new x509.KeyUsagesExtension(digitalSignature | keyEncipherment | keyCertSign, true),
          new x509.BasicConstraintsExtension(true, undefined, true),
          new x509.SubjectKeyIdentifierExtension(keyId),
          new x509.AuthorityKeyIdentifierExtension(keyId),
        ]
        same(signAuthority(request, how.key), await signedOtherwise(request, { issuer: each.subject, how, extensions }))
      }),
      { numRuns: 30 },
    )
  })

  test('a leaf is, octet by octet, what another implementation makes of the same', async () => {
    const names = fc.record({ dns: fc.array(dnsName, { minLength: 1, maxLength: 40 }), ip: fc.array(address, { maxLength: 3 }) })
    await fc.assert(
      fc.asyncProperty(asked, commonName, names, async (each, issuer, { dns, ip }) => {
        const request = { ...each, publicKey }
        const extensions = [
          new x509.KeyUsagesExtension(digitalSignature | keyEncipherment, true),
          new x509.ExtendedKeyUsageExtension([serverAuth, serverAuth, clientAuth]),
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.SubjectKeyIdentifierExtension(keyId),
          new x509.AuthorityKeyIdentifierExtension(keyId),
          new x509.SubjectAlternativeNameExtension([
            ...dns.map(each => ({ type: 'dns' as const, value: each })),
            ...ip.map(each => ({ type: 'ip' as const, value: each })),
          ]),
        ]
        const signer = { name: Buffer.from(new x509.Name([{ CN: [issuer] }]).toArrayBuffer()), key: how.key, keyId }
        same(signLeaf(request, signer, { dns, ip }), await signedOtherwise(request, { issuer, how, extensions }))
      }),
      { numRuns: 30 },
    )
  })
})

test('numbers are as short as they can be, and never negative', () => {
  const hex = (...octets: number[]) => integer(Uint8Array.from(octets)).toString('hex')
  expect([hex(0), hex(0, 0, 5), hex(0x80), hex(0, 0x80), hex(0x7f, 0xff)]).toEqual(['020100', '020105', '02020080', '02020080', '02027fff'])
})
