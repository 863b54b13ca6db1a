import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { providers } from '../../installation/providers.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { tiers } from './tiers.ts'

const recorded = (scenario: string): KubeObject[] =>
  JSON.parse(readFileSync(new URL(`../../../test/parity/scenarios/${scenario}/expected.json`, import.meta.url), 'utf8')).objects

const dns = providers.none.dns

test('the tier and the policy of the DNS pods are those that were recorded', () => {
  const { objects } = tiers({ dns, nodeLocalDns: [] })
  const expected = recorded('installation-only').filter(({ kind, metadata }) => kind === 'Tier' || metadata.name.endsWith('cluster-dns'))
  const sorted = (list: KubeObject[]) =>
    JSON.parse(JSON.stringify(list), (key, value) => (key === 'types' ? value.toSorted() : value)).toSorted(
      (a: KubeObject, b: KubeObject) => a.kind.localeCompare(b.kind),
    )
  expect(sorted(objects)).toEqual(sorted(expected))
})

test('a provider with DNS of its own has the policy where that is', () => {
  const [, policy] = tiers({ dns: providers.OpenShift.dns, nodeLocalDns: [] }).objects
  expect(policy).toMatchObject({
    metadata: { namespace: 'openshift-dns' },
    spec: { selector: "dns.operator.openshift.io/daemonset-dns == 'default'" },
  })
})

test('a DNS cache on the nodes is let out to by address, the older family first', () => {
  const { objects, remove } = tiers({ dns, nodeLocalDns: ['fd00:96::a', '10.96.0.10'] })
  expect(objects.at(-1)).toEqual({
    apiVersion: 'projectcalico.org/v3',
    kind: 'GlobalNetworkPolicy',
    metadata: { name: 'calico-system.node-local-dns' },
    spec: {
      tier: 'calico-system',
      order: 10,
      selector: "projectcalico.org/namespace in {'calico-system'}",
      types: ['Egress'],
      egress: [
        { action: 'Allow', protocol: 'UDP', destination: { nets: ['10.96.0.10/32'], ports: [53] } },
        { action: 'Allow', protocol: 'UDP', destination: { nets: ['fd00:96::a/128'], ports: [53] } },
      ],
    },
  })
  expect(remove.map(({ name }) => name)).toEqual(['allow-tigera.cluster-dns', 'allow-tigera.node-local-dns', 'allow-tigera'])
})

test('without such a cache its policy goes', () => {
  const { objects, remove } = tiers({ dns, nodeLocalDns: [] })
  expect(objects.map(({ kind }) => kind)).toEqual(['Tier', 'NetworkPolicy'])
  expect(remove.map(({ name }) => name)).toEqual(['allow-tigera.cluster-dns', 'calico-system.node-local-dns', 'allow-tigera'])
})
