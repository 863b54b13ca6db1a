/** Key pairs and a bundle for tests of what mounts them; there are no certificates behind them. */
import type { KeyPair, TrustedBundle } from '../../certificates/keys.ts'
import { mounted } from '../../certificates/secrets.ts'

export const keyPair = (name: string, more: Partial<KeyPair> = {}): KeyPair => ({
  ...mounted(name),
  hash: { [`tigera-operator.hash.operator.tigera.io/${name}`]: `hash of ${name}` },
  volume: { name, secret: { secretName: name } },
  caBundle: `authority of ${name}`,
  commonName: `name in ${name}`,
  ...more,
})

export const trust: TrustedBundle = {
  hashes: { 'hash.operator.tigera.io/system': 'hash of roots' },
  volume: { name: 'tigera-ca-bundle', configMap: { name: 'tigera-ca-bundle' } },
  mounts: [{ name: 'tigera-ca-bundle', mountPath: '/etc/pki/tls/certs', readOnly: true }],
  path: '/etc/pki/tls/certs/tigera-ca-bundle.crt',
}
