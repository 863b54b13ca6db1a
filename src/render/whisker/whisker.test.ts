import { expect, test } from 'vitest'
import type { NetworkPolicy } from '../../../api/v3/network-policy.ts'
import type { Calico } from '../../installation/calico.ts'
import { decided } from '../../installation/testdata/asked.ts'
import type { ConfigMap, Deployment } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { keyPair, trust } from '../testdata/keys.ts'
import { type WhiskerParts, whisker } from './whisker.ts'

const calico = decided({}, { tier: true })
const unknown = { version: '', id: '', type: '' }

const rendered = (more: Partial<WhiskerParts> = {}, on: Calico = calico): KubeObject[] =>
  whisker(on, { key: keyPair('whisker-backend-key-pair'), trust, notifications: 'Enabled', cluster: unknown, ...more })
const one = <T extends KubeObject>(objects: KubeObject[], kind: string): T => objects.find(object => object.kind === kind) as T
const containers = (objects: KubeObject[]) => one<Deployment>(objects, 'Deployment').spec!.template.spec!.containers

test('Whisker is pages and a backend, in one pod that stands where Goldmane stands', () => {
  const { tolerations } = one<Deployment>(rendered(), 'Deployment').spec!.template.spec!
  expect(containers(rendered()).map(({ name }) => name)).toEqual(['whisker', 'whisker-backend'])
  expect(tolerations?.map(({ key }) => key)).toEqual([
    'node-role.kubernetes.io/master',
    'node-role.kubernetes.io/control-plane',
    'CriticalAddonsOnly',
  ])
})

test('the pages say of the cluster what Calico says, and nothing before', () => {
  const shown = (more?: Partial<WhiskerParts>) => containers(rendered(more))[0]!.env!.map(({ name, value }) => [name, value])
  expect(shown()).toEqual([
    ['LOG_LEVEL', 'INFO'],
    ['CALICO_VERSION', undefined],
    ['CLUSTER_ID', undefined],
    ['CLUSTER_TYPE', undefined],
    ['NOTIFICATIONS', 'Enabled'],
  ])
  const more = { notifications: 'Disabled', cluster: { version: 'v3.32.1', id: 'abc', type: 'k8s,operator' } }
  expect(shown(more).slice(1)).toEqual([
    ['CALICO_VERSION', 'v3.32.1'],
    ['CLUSTER_ID', 'abc'],
    ['CLUSTER_TYPE', 'k8s,operator'],
    ['NOTIFICATIONS', 'Disabled'],
  ])
})

test('the pages are served on IPv6 where nodes have such addresses', () => {
  const listens = (on: Calico) => one<ConfigMap>(rendered({}, on), 'ConfigMap').data!['default.conf']!.match(/listen .*/g)
  expect(listens(calico)).toEqual(['listen 0.0.0.0:8081;'])
  expect(listens(decided({ calicoNetwork: { nodeAddressAutodetectionV6: { firstFound: true } } }))).toEqual([
    'listen 0.0.0.0:8081;',
    'listen [::]:8081 ipv6only=on;',
  ])
})

test('nobody reaches it but by a port forward, and it reaches Goldmane alone', () => {
  const { spec } = one<NetworkPolicy>(rendered(), 'NetworkPolicy')
  expect([spec?.types, spec?.ingress, spec?.egress?.[0]?.destination]).toEqual([
    ['Ingress', 'Egress'],
    undefined,
    { selector: "k8s-app == 'goldmane'", ports: [7443] },
  ])
  expect(one(rendered({}, decided({})), 'NetworkPolicy')).toBeUndefined()
})
