/** Where private keys come from. Never stores one, and never makes one on the main thread. */
import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'

/** A fresh RSA key of 2048 bits. */
export interface PrivateKey {
  /** PKCS#1, `RSA PRIVATE KEY`: what the predecessor stored, and what Calico's components read. */
  readonly privateKeyPem: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
}

export interface KeySource {
  /** A key nobody has been given before. */
  generate(): Promise<PrivateKey>
}

/**
 * Keys by OpenSSL on Node's thread pool, about 50 ms each. After the first one is asked for, so many more are made ahead,
 * because the first key of an installation is seldom the last.
 */
export function freshKeys(ahead = 3): KeySource {
  const made: Promise<PrivateKey>[] = []
  let expected = ahead
  return {
    generate() {
      const key = made.shift() ?? newKey()
      for (; expected > 0; expected--) {
        const next = newKey()
        // Whoever takes it hears of a failure; until then it is not an unhandled one.
        next.catch(() => {})
        made.push(next)
      }
      return key
    },
  }
}

const generate = promisify(generateKeyPair)

async function newKey(): Promise<PrivateKey> {
  const { publicKey, privateKey } = await generate('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  return { privateKeyPem: privateKey, publicKey }
}
