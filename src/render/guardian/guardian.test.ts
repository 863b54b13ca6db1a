import { describe, expect, test } from 'vitest'
import type { NetworkPolicy } from '../../../api/v3/network-policy.ts'
import { hash } from '../../certificates/hash.ts'
import type { Calico } from '../../installation/calico.ts'
import { decided } from '../../installation/testdata/asked.ts'
import type { Deployment, Secret } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { keyPair, trust } from '../testdata/keys.ts'
import { type GuardianParts, guardian } from './guardian.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const tunnel: Secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'tigera-managed-cluster-connection', namespace: 'tigera-operator', labels: { mine: 'too' }, uid: 'abc' },
  type: 'Opaque',
  data: { 'managed-cluster.crt': base64('a certificate'), 'managed-cluster.key': base64('a key') },
}
const calico = decided({}, { tier: true })

const rendered = (more: Partial<GuardianParts> = {}, on: Calico = calico): KubeObject[] =>
  guardian(on, { key: keyPair('guardian-key-pair'), trust, tunnel, address: 'mgmt:9449', ca: 'Tigera', version: 'v3.32.1', ...more })
const one = <T extends KubeObject>(objects: KubeObject[], kind: string): T => objects.find(object => object.kind === kind) as T
const template = (...args: Parameters<typeof rendered>) => one<Deployment>(rendered(...args), 'Deployment').spec!.template
const env = (on: Calico) => template({}, on).spec!.containers[0]!.env!.map(({ name, value }) => [name, value])

describe('Guardian', () => {
  test('restarts when its tunnel, its trust or the version of Calico is another', () => {
    expect(template().metadata?.annotations).toEqual({
      ...trust.hashes,
      'hash.operator.tigera.io/tigera-managed-cluster-connection': hash({
        'managed-cluster.crt': 'a certificate',
        'managed-cluster.key': 'a key',
      }),
      'hash.operator.tigera.io/version': 'v3.32.1',
    })
    expect(template({ version: '' }).metadata?.annotations).not.toHaveProperty(['hash.operator.tigera.io/version'])
  })

  test('has the Secret of the tunnel where it can mount it, without what is the user’s about it', () => {
    const { metadata, type, data } = one<Secret>(rendered(), 'Secret')
    expect(metadata).toEqual({ name: tunnel.metadata.name, namespace: 'calico-system' })
    expect([type, data]).toEqual([tunnel.type, tunnel.data])
  })

  test('goes through the proxies that are set, in either spelling', () => {
    const proxied = (proxy: object) => env({ ...calico, proxy: decided({ proxy }).proxy }).filter(([name]) => /proxy/i.test(name!))
    expect(proxied({})).toEqual([])
    expect(proxied({ httpProxy: '' })).toEqual([])
    expect(proxied({ httpsProxy: 'https://proxy', noProxy: '.svc' })).toEqual([
      ['HTTPS_PROXY', 'https://proxy'],
      ['https_proxy', 'https://proxy'],
      ['NO_PROXY', '.svc'],
      ['no_proxy', '.svc'],
    ])
  })

  test('is reached by Goldmane alone', () => {
    expect(one<NetworkPolicy>(rendered(), 'NetworkPolicy').spec?.ingress).toEqual([
      { action: 'Allow', protocol: 'TCP', source: { selector: "k8s-app == 'goldmane'" }, destination: { ports: [8080] } },
    ])
    expect(one(rendered({}, decided({})), 'NetworkPolicy')).toBeUndefined()
  })
})
