/** Key pairs for tests: authorities, Secrets with pairs of the operator's or the user's, and an issuer at an instant. */
import { readFileSync } from 'node:fs'
import { type Authority, issueAuthority, ownAuthority } from '../src/certificates/authority.ts'
import { Issuer } from '../src/certificates/issue.ts'
import type { KeySource } from '../src/certificates/key-source.ts'
import { issueLeaf } from '../src/certificates/leaf.ts'
import type { KeysOptions } from '../src/certificates/read.ts'
import type { Secret } from '../src/kube/kinds.ts'
import { knownKeys } from './keys.ts'

/** When everything here was issued: milliseconds since 1970. */
export const born = Date.parse('2026-11-21T08:41:55Z')

const testdata = (name: string) => JSON.parse(readFileSync(new URL(`../src/certificates/testdata/${name}`, import.meta.url), 'utf8'))

const [, byo] = testdata('recorded.json')

/** The data of Secret typha-certs as a user brought it; it ends in 2126. */
export const usersData: Readonly<Record<string, string>> = byo.secrets.find(({ name }: { name: string }) => name === 'typha-certs').data

/** PEM of the authority that signed it. */
export const usersAuthorityPem: string = byo.typhaCa.caBundle

/** Authorities of other people's making, by what is special about them. */
export const foreignAuthorities: Readonly<Record<string, { certificate: string; key: string; keyId: string }>> =
  testdata('authorities.json')

let serials = 1
const serial = () => Uint8Array.of(0x41, 2, 3, 4, 5, 6, 7, serials++)

export const base64 = (text: string) => Buffer.from(text).toString('base64')

export function issuerAt(now: number, keys: KeySource = knownKeys()): Issuer {
  return new Issuer({ clock: { now: () => now, after: () => () => {} }, keys, random: serial })
}

/** The authority from one of the known keys, by its number. */
export async function authorityWith(key = 0): Promise<Authority> {
  const keys = knownKeys()
  for (let skipped = 0; skipped < key; skipped++) await keys.generate()
  return usable(ownAuthority(await issueAuthority(await keys.generate(), born, serial())))
}

export function usable(authority: Authority | { wrong: string }): Authority {
  if ('wrong' in authority) throw new Error(authority.wrong)
  return authority
}

export function secretOf(data: Readonly<Record<string, string>>, more: Partial<Secret['metadata']> & { type?: string } = {}): Secret {
  const { type, ...metadata } = more
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'typha-certs', namespace: 'tigera-operator', ...metadata },
    data,
    ...(type !== undefined && { type }),
  }
}

/** What a Secret holds after the operator issued for these names. */
export async function operatorsData(authority: Authority, names = ['typha-server']): Promise<Record<string, string>> {
  const { certificatePem, privateKeyPem } = await issueLeaf(await knownKeys().generate(), names, { authority, now: born, serial: serial() })
  return { 'tls.crt': base64(certificatePem), 'tls.key': base64(privateKeyPem) }
}

export const typhaOptions = (authority: Authority): KeysOptions<'typha-certs'> => ({
  operatorNamespace: 'tigera-operator',
  namespace: 'calico-system',
  authority,
  wanted: [{ secretName: 'typha-certs', dnsNames: ['typha-server'], peerChecked: true }],
  image: 'quay.io/calico/key-cert-provisioner:v3.32.1',
})
