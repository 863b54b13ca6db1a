/** Makes the keys, certificates, tokens and kubeconfigs of one control plane, for one run, in one folder. Nothing of it is secret. */
import 'reflect-metadata'
import { generateKeyPairSync, randomUUID, type webcrypto } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

export interface Credentials {
  /** PEM of the authority that signed the API server's certificate. */
  ca: string
  token(user: string): string
  /** Path of a kubeconfig. */
  kubeconfig(user: string): string
  /** Path of a file: `ca.crt`, `apiserver.crt`, `apiserver.key`, `front-proxy-ca.crt`, `front-proxy.crt`, `front-proxy.key`, `sa.pub`, `sa.key`, `tokens.csv`. */
  file(name: string): string
}

export interface Authority {
  certificate: X509Certificate
  keys: webcrypto.CryptoKeyPair
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** `users` maps names to their groups; `url` is where the API server will listen. */
export async function credentials(folder: string, url: string, users: Record<string, string[]>): Promise<Credentials> {
  const file = (name: string) => join(folder, name)
  const write = (name: string, text: string) => writeFileSync(file(name), text, { mode: 0o600 })

  const serving = await authority('control-plane')
  const apiserver = await servingCertificate(serving, ['127.0.0.1', 'localhost', 'kubernetes.default.svc'])
  const frontProxyCa = await authority('front-proxy')
  const frontProxy = await leaf(frontProxyCa, 'front-proxy-client', [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])])
  const ca = serving.certificate.toString('pem')
  write('ca.crt', ca)
  write('apiserver.crt', apiserver.certificate)
  write('apiserver.key', apiserver.key)
  write('front-proxy-ca.crt', frontProxyCa.certificate.toString('pem'))
  write('front-proxy.crt', frontProxy.certificate)
  write('front-proxy.key', frontProxy.key)

  const accounts = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  })
  write('sa.pub', accounts.publicKey)
  write('sa.key', accounts.privateKey)

  const tokens = new Map(Object.keys(users).map(user => [user, randomUUID()]))
  const known = (user: string) => {
    const token = tokens.get(user)
    if (!token) throw new Error(`${user} is not one of the users: ${[...tokens.keys()].join(', ')}`)
    return token
  }
  write(
    'tokens.csv',
    Object.entries(users)
      .map(([user, groups]) => `${known(user)},${user},${user},"${groups.join(',')}"\n`)
      .join(''),
  )
  for (const user of tokens.keys()) write(`${user}.kubeconfig`, kubeconfig(url, ca, { user, token: known(user) }))
  return {
    ca,
    file,
    token: known,
    kubeconfig(user) {
      known(user)
      return file(`${user}.kubeconfig`)
    },
  }
}

/** JSON is YAML. */
const kubeconfig = (server: string, ca: string, { user, token }: { user: string; token: string }) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'control-plane',
    clusters: [{ name: 'control-plane', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'control-plane', context: { cluster: 'control-plane', user } }],
  })

const validity = () => ({ notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 30 * 86_400_000) })

/** A key and a certificate that signs others. */
export async function authority(name: string): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.digitalSignature, true),
    ],
  })
  return { certificate, keys }
}

/** PEM of a certificate for a server of these names and addresses, and of its key. */
export function servingCertificate(issuer: Authority, names: string[]): Promise<{ certificate: string; key: string }> {
  const alternatives = names.map(value => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value }))
  return leaf(issuer, names[0]!, [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(alternatives),
  ])
}

async function leaf(issuer: Authority, name: string, extensions: Extension[]) {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: issuer.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [
      await AuthorityKeyIdentifierExtension.create(issuer.certificate),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      ...extensions,
    ],
  })
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return {
    certificate: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${key.replace(/(.{64})/g, '$1\n').trimEnd()}\n-----END PRIVATE KEY-----\n`,
  }
}
