import 'reflect-metadata'
import { X509Certificate as Verifier } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { X509Certificate } from '@peculiar/x509'
import { expect, test } from 'vitest'
import { knownKeys } from '../../test/keys.ts'
import { type Authority, issueAuthority, issuedBy, managedAuthority, ownAuthority } from './authority.ts'
import { certificateBlocks, firstCertificate } from './certificate.ts'
import { issueLeaf } from './leaf.ts'

const now = Date.parse('2026-11-21T08:41:55.700Z')
const serial = Uint8Array.of(0x81, 2, 3, 4, 5, 6, 7, 8)

const authorityOf = (pair: { certificatePem: string; privateKeyPem: string }): Authority => {
  const authority = ownAuthority(pair)
  if ('wrong' in authority) throw new Error(authority.wrong)
  return authority
}

const ourAuthority = async () => authorityOf(await issueAuthority(await knownKeys().generate(), now, serial))

/** A recorded Secret's certificate. */
const recorded = (name: string): string => {
  const [cluster] = JSON.parse(readFileSync(new URL('./testdata/recorded.json', import.meta.url), 'utf8'))
  const secret = cluster.secrets.find((one: { name: string }) => one.name === name)
  return Buffer.from(secret.data['tls.crt'], 'base64').toString()
}

/** All that certificates for the same names have in common, however fresh their keys. */
function shape(pem: string) {
  const certificate = new X509Certificate(certificateBlocks(pem)[0]!)
  const keyed = new Set(['2.5.29.14', '2.5.29.35'])
  return {
    subject: Buffer.from(certificate.subjectName.toArrayBuffer()).toString('hex'),
    issuer: Buffer.from(certificate.issuerName.toArrayBuffer()).toString('hex'),
    seconds: (certificate.notAfter.getTime() - certificate.notBefore.getTime()) / 1000,
    serialOctets: Math.ceil(certificate.serialNumber.length / 2),
    key: [certificate.publicKey.algorithm.name, new Verifier(pem).publicKey.asymmetricKeyDetails?.modulusLength],
    signature: certificate.signatureAlgorithm,
    extensions: certificate.extensions.map(({ type, critical, value }) => [
      type,
      critical,
      keyed.has(type) ? value.byteLength : Buffer.from(value).toString('hex'),
    ]),
    blocks: certificateBlocks(pem).length,
  }
}

test('an authority has the shape of the predecessor’s', async () => {
  const { certificatePem } = await issueAuthority(await knownKeys().generate(), now, serial)
  expect(shape(certificatePem)).toEqual(shape(recorded('tigera-ca-private')))
  expect(new Verifier(certificatePem).checkIssued(new Verifier(certificatePem))).toBe(true)
})

test.each([
  ['typha-certs', ['typha-server']],
  [
    'whisker-backend-key-pair',
    [
      'whisker-backend',
      'whisker-backend.calico-system',
      'whisker-backend.calico-system.svc',
      'whisker-backend.calico-system.svc.cluster.local',
      'localhost',
      '127.0.0.1',
    ],
  ],
])('a leaf has the shape of the predecessor’s %s', async (name, names) => {
  const { certificatePem } = await issueLeaf(await knownKeys().generate(), names, { authority: await ourAuthority(), now, serial })
  const { seconds, ...mine } = shape(certificatePem)
  const { seconds: theirs, ...expected } = shape(recorded(name))
  expect(mine).toEqual(expected)
  // Theirs was rounded at two instants, at most one second apart.
  expect(Math.abs(seconds - theirs)).toBeLessThanOrEqual(1)
})

test('a leaf holds from a second ago for 825 days, verifies, and is followed by its authority', async () => {
  const authority = await ourAuthority()
  const key = await knownKeys().generate()
  const { certificatePem, privateKeyPem } = await issueLeaf(key, ['b.example', 'a.example'], { authority, now, serial })
  const leaf = firstCertificate(certificatePem)!
  expect(new Date(leaf.notBefore).toISOString()).toBe('2026-11-21T08:41:54.000Z')
  expect(new Date(leaf.notAfter).toISOString()).toBe('2029-02-23T08:41:55.000Z')
  expect([leaf.commonName, leaf.dnsNames]).toEqual(['a.example', ['a.example', 'b.example']])
  expect(issuedBy(leaf, authority)).toBe(true)
  expect(new Verifier(leaf.der).verify(new Verifier(authority.pem).publicKey)).toBe(true)
  expect(certificatePem.endsWith(authority.pem)).toBe(true)
  expect(privateKeyPem).toMatch(/^-----BEGIN RSA PRIVATE KEY-----/)
})

test('a serial number is positive and never zero', async () => {
  const authority = await ourAuthority()
  const serialOf = async (octets: Uint8Array) => {
    const { certificatePem } = await issueLeaf(await knownKeys().generate(), ['a'], { authority, now, serial: octets })
    return BigInt(`0x${new Verifier(certificatePem).serialNumber}`)
  }
  expect(await serialOf(new Uint8Array(8).fill(0xff))).toBe(2n ** 63n - 1n)
  expect(await serialOf(new Uint8Array(8))).toBe(1n)
})

const foreignAuthorities = JSON.parse(readFileSync(new URL('./testdata/authorities.json', import.meta.url), 'utf8'))

test.each(Object.entries<{ certificate: string; key: string; keyId: string }>(foreignAuthorities))(
  'an authority of the user’s signs: %s',
  async (_, { certificate, key, keyId }) => {
    const authority = authorityOf({ certificatePem: certificate, privateKeyPem: key })
    expect(authority.keyId).toBe(keyId)
    const { certificatePem } = await issueLeaf(await knownKeys().generate(), ['a'], { authority, now, serial })
    const leaf = firstCertificate(certificatePem)!
    expect(new Verifier(leaf.der).verify(new Verifier(certificate).publicKey)).toBe(true)
    expect(new Verifier(leaf.der).checkIssued(new Verifier(certificate))).toBe(true)
    expect(issuedBy(leaf, authority)).toBe(true)
    const names = [new X509Certificate(leaf.der).issuerName, new X509Certificate(certificate).subjectName].map(name =>
      Buffer.from(name.toArrayBuffer()).toString('hex'),
    )
    expect(names[0]).toBe(names[1])
  },
)

test('halves that do not belong together make no authority', async () => {
  const keys = knownKeys()
  const { certificatePem } = await issueAuthority(await keys.generate(), now, serial)
  const { privateKeyPem } = await keys.generate()
  expect(ownAuthority({ certificatePem, privateKeyPem })).toEqual({ wrong: 'its tls.key is not the private key of its tls.crt' })
  expect(ownAuthority({ certificatePem, privateKeyPem: 'none' })).toHaveProperty('wrong')
  expect(ownAuthority({ certificatePem: 'none', privateKeyPem })).toEqual({
    wrong: 'its tls.crt holds no PEM certificate that can be read',
  })
})

test('a key that cannot sign certificates here makes no authority, and is named', () => {
  const certificatePem = `-----BEGIN CERTIFICATE-----
MIIBRDCB96ADAgECAhRtRjW+Z6Q8ZXANykFrTmLZ+U4pQzAFBgMrZXAwNzEfMB0G
A1UECgwWQmVpc3BpZWwgR21iSCAmIFPDtmhuZTEUMBIGA1UEAwwLYmVpc3BpZWwt
Y2EwIBcNMjYxMTIxMTEzOTE5WhgPMjEyNjEwMjgxMTM5MTlaMDcxHzAdBgNVBAoM
FkJlaXNwaWVsIEdtYkggJiBTw7ZobmUxFDASBgNVBAMMC2JlaXNwaWVsLWNhMCow
BQYDK2VwAyEAS9GIR6CLHWR4CTW+YrzsEK4nz2iCoCgficQr4yMjY+yjEzARMA8G
A1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EAWqTjQW3dY59up6LzSFubEvfyBPj6ovyk
8wvhoyRJi6UKudPzIhjpkMFQo5DKcQyXBbIFA0kDVEvzBQbeEVhICg==
-----END CERTIFICATE-----
`
  const privateKeyPem = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEII+Rmb70mEyw57f50EV5EgY2vVir+rAOzac/IHZGEM4U
-----END PRIVATE KEY-----
`
  expect(ownAuthority({ certificatePem, privateKeyPem })).toEqual({
    wrong: 'its tls.key is neither RSA nor on one of the curves P-256, P-384 and P-521',
  })
  // Who signs elsewhere may have any key.
  expect(managedAuthority({ caCert: Buffer.from(certificatePem).toString('base64'), signerName: 'example.com/x' })).toHaveProperty('keyId')
})
