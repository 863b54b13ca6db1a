/** A key pair for a component, signed by the operator's authority. Decides names and lifetime; never when one is needed. */
import { type Authority, chain, type IssuedPair } from './authority.ts'
import { pemOf } from './certificate.ts'
import type { PrivateKey } from './key-source.ts'
import { signLeaf } from './sign.ts'

/** Days a leaf holds, and days before its end at which another takes its place (spec/installation-controller.md §11.2, §11.3). */
const leafDays = 825
export const renewalDays = 30

/** Signs a leaf. The common name is the first of all names sorted; addresses are listed as DNS names too, as the predecessor lists them. */
export function issueLeaf(
  key: PrivateKey,
  names: readonly string[],
  from: { authority: Authority; now: number; serial: Uint8Array },
): IssuedPair {
  const { authority, now, serial } = from
  if (!authority.signer) throw new Error('the authority of certificate management signs nothing here')
  const sorted = [...names].sort()
  const ip = sorted.filter(name => isAddress(name))
  const dns = [...sorted.filter(name => !isAddress(name)), ...ip]
  const subject = sorted[0] ?? ''
  const der = signLeaf({ subject, publicKey: key.publicKey, now, days: leafDays, serial }, authority.signer, { dns, ip })
  return { certificatePem: pemOf(der) + chain(authority), privateKeyPem: key.privateKeyPem }
}

/** Of the names a pair is for, no DNS name has a colon or ends in a number. */
const isAddress = (name: string) => name.includes(':') || /^\d+(\.\d+){3}$/.test(name)
