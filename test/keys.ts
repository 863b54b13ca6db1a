/** Private keys for tests and simulation: a few that were made once, so that nothing waits for another thread. Never use one elsewhere. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { KeySource, PrivateKey } from '../src/certificates/key-source.ts'

let pool: PrivateKey[] | undefined

/** Always the same keys in the same order; after twelve they repeat. */
export function knownKeys(): KeySource {
  pool ??= readPool()
  const keys = pool
  let next = 0
  return { generate: async () => keys[next++ % keys.length]! }
}

function readPool(): PrivateKey[] {
  const text = readFileSync(new URL('./testdata/keys.pem', import.meta.url), 'utf8')
  const blocks = text.match(/-----BEGIN RSA PRIVATE KEY-----[^-]*-----END RSA PRIVATE KEY-----\n/g) ?? []
  return blocks.map(privateKeyPem => ({
    privateKeyPem,
    publicKey: createPublicKey(createPrivateKey(privateKeyPem)).export({ type: 'spki', format: 'der' }),
  }))
}
