/** Who signs certificates in this cluster: the operator's own authority, or whoever answers the pods' requests. Only judges what it is given; never reads a cluster. */
import type { InstallationSpec } from '../../api/installation.ts'
import { belongsTo, type Certificate, certificateBlocks, firstCertificate, hasPrivateKey, pemOf, privateKey } from './certificate.ts'
import type { PrivateKey } from './key-source.ts'
import { once } from './once.ts'
import { canSign, keyIdOf, type Signer, signAuthority } from './sign.ts'

/** What goes into `tls.crt` and `tls.key`. */
export interface IssuedPair {
  readonly certificatePem: string
  readonly privateKeyPem: string
}

export type CertificateManagement = NonNullable<InstallationSpec['certificateManagement']>

/** The name of the Secret, and of the authority's entry in trusted bundles even when it comes from elsewhere. */
export const authoritySecret = 'tigera-ca-private'

/** Certificates whose issuer's name begins so are the operator's, also those of an authority before this one. */
export const operatorSigner = 'tigera-operator-signer'

/** The authority that this cluster's pods trust. */
export interface Authority {
  /** As stored: every block, and the final newline. */
  readonly pem: string
  readonly certificate: Certificate
  /** Hexadecimal: what its leaves name as their authority's key. */
  readonly keyId: string
  /** Absent under certificate management, where nothing is signed here. */
  readonly signer?: Signer
  readonly management?: CertificateManagement
}

/** Why there is no authority, in words. */
export interface Unusable {
  readonly wrong: string
}

/** Certificates are given to everybody who asks whom to trust. */
export const told = 'holds a private key, and everybody may read it'

/** Signs with the key and certificate of a Secret. */
export const ownAuthority = once(({ certificatePem, privateKeyPem }: IssuedPair): Authority | Unusable => {
  if (hasPrivateKey(certificatePem)) return { wrong: `its tls.crt ${told}` }
  const certificate = firstCertificate(certificatePem)
  if (!certificate) return { wrong: 'its tls.crt holds no PEM certificate that can be read' }
  if (!belongsTo(certificate, privateKeyPem)) return { wrong: 'its tls.key is not the private key of its tls.crt' }
  const key = privateKey(privateKeyPem)
  if (!canSign(key)) return { wrong: 'its tls.key is neither RSA nor on one of the curves P-256, P-384 and P-521' }
  const keyId = keyIdOfAuthority(certificate)
  return { pem: certificatePem, certificate, keyId, signer: { name: certificate.subject, key, keyId } }
})

/** Trusts who answers the pods' requests. */
export const managedAuthority = once((management: CertificateManagement): Authority | Unusable => {
  const pem = Buffer.from(management.caCert, 'base64').toString()
  if (hasPrivateKey(pem)) return { wrong: `spec.certificateManagement.caCert ${told}` }
  const certificate = firstCertificate(pem)
  if (!certificate) return { wrong: 'spec.certificateManagement.caCert holds no PEM certificate that can be read' }
  return { pem, certificate, keyId: keyIdOfAuthority(certificate), management }
})

/** A new authority for a hundred years, from a key nobody else has: what goes into `tls.crt` and `tls.key`. */
export function issueAuthority(key: PrivateKey, now: number, serial: Uint8Array): IssuedPair {
  const request = { subject: operatorSigner, publicKey: key.publicKey, now, days: 100 * 365, serial }
  return { certificatePem: pemOf(signAuthority(request, privateKey(key.privateKeyPem))), privateKeyPem: key.privateKeyPem }
}

/** Whether the authority signed the certificate, by name and key: names alone outlive a replaced authority. */
export function issuedBy(certificate: Certificate, authority: Authority): boolean {
  return certificate.issuerCommonName === authority.certificate.commonName && certificate.authorityKeyId === authority.keyId
}

/** The certificates that follow a leaf in `tls.crt`, so that a peer who trusts a root above them finds the way. */
export const chain = (authority: Authority): string =>
  certificateBlocks(authority.pem)
    .map(der => pemOf(der))
    .join('')

/** Some authorities do not say their key's identifier; then it is computed as for our own. */
const keyIdOfAuthority = (certificate: Certificate): string => certificate.subjectKeyId ?? keyIdOf(certificate.publicKey)
