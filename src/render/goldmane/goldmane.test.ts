import { describe, expect, test } from 'vitest'
import type { NetworkPolicy } from '../../../api/v3/network-policy.ts'
import type { Calico } from '../../installation/calico.ts'
import { decided } from '../../installation/testdata/asked.ts'
import type { ConfigMap, Deployment } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { keyPair, trust } from '../testdata/keys.ts'
import { type GoldmaneParts, goldmane } from './goldmane.ts'

const key = keyPair('goldmane-key-pair')
const calico = decided({}, { tier: true })

const rendered = (more: Partial<GoldmaneParts> = {}, on: Calico = calico): KubeObject[] =>
  goldmane(on, { key, trust, managed: false, ...more })
const named = (objects: KubeObject[]) => objects.map(({ kind, metadata: { name } }) => `${kind} ${name}`)
const one = <T extends KubeObject>(objects: KubeObject[], kind: string): T => objects.find(object => object.kind === kind) as T
const env = (objects: KubeObject[]) =>
  Object.fromEntries(
    one<Deployment>(objects, 'Deployment').spec!.template.spec!.containers[0]!.env!.map(({ name, value }) => [name, value]),
  )

describe('Goldmane', () => {
  test('is one pod with its own configuration, which changes without a restart', () => {
    expect(named(rendered())).toEqual([
      'ServiceAccount goldmane',
      'Role goldmane',
      'RoleBinding goldmane',
      'ConfigMap goldmane',
      'Service goldmane',
      'Deployment goldmane',
      'NetworkPolicy calico-system.goldmane',
    ])
    const { metadata, spec } = one<Deployment>(rendered(), 'Deployment')
    expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } })
    expect([metadata.annotations, spec!.template.metadata!.annotations]).toEqual([key.hash, undefined])
  })

  test('sends flows to the cluster that manages this one, if there is one', () => {
    const emits = (managed: boolean) => JSON.parse(one<ConfigMap>(rendered({ managed }), 'ConfigMap').data!['config.json']!)
    expect(emits(false)).toEqual({ emitFlows: false })
    expect(emits(true)).toEqual({ emitFlows: true })
    expect(env(rendered()).PUSH_URL).toBe('https://guardian.calico-system.svc.cluster.local:443/api/v1/flows/bulk')
  })

  test('has a Service of its metrics where a port is given', () => {
    expect(env(rendered())).not.toHaveProperty('PROMETHEUS_PORT')
    expect(env(rendered({ metricsPort: 9081 })).PROMETHEUS_PORT).toBe('9081')
    expect(named(rendered({ metricsPort: 9081 }))).toContain('Service goldmane-metrics')
  })
})

describe('who may talk to Goldmane', () => {
  const spec = (objects: KubeObject[]) => one<NetworkPolicy>(objects, 'NetworkPolicy').spec!

  test('is everybody who has a certificate, and Prometheus where there are metrics', () => {
    expect(spec(rendered()).ingress?.map(({ destination }) => destination?.ports)).toEqual([[7443]])
    expect(spec(rendered({ metricsPort: 9081 })).ingress?.map(({ destination }) => destination?.ports)).toEqual([[7443], [9081]])
  })

  test('is said to Guardian where there is one', () => {
    expect(spec(rendered({ managed: true })).egress?.at(-1)?.destination).toMatchObject({
      selector: "k8s-app == 'guardian'",
      ports: [8080],
    })
    expect(spec(rendered()).egress).toHaveLength(2)
  })

  test('is not said before there is a tier to say it in', () => {
    expect(named(rendered({}, decided({})))).not.toContain('NetworkPolicy calico-system.goldmane')
  })
})
