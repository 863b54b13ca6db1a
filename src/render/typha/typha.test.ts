import { expect, test } from 'vitest'
import type { InstallationSpec } from '../../../api/installation.ts'
import type { Calico } from '../../installation/calico.ts'
import { decided } from '../../installation/testdata/asked.ts'
import type { Deployment } from '../../kube/kinds.ts'
import { keyPair, trust } from '../testdata/keys.ts'
import { typha } from './typha.ts'

const keys = { server: keyPair('typha-certs'), client: keyPair('node-certs'), trust }
const workload = (calico: Calico, with_ = keys): Deployment =>
  typha(calico, with_).find((object): object is Deployment => object.kind === 'Deployment')!
const pods = (calico: Calico, with_ = keys) => workload(calico, with_).spec!.template.spec!
const env = (calico: Calico, with_ = keys) =>
  Object.fromEntries(pods(calico, with_).containers[0]!.env!.map(({ name, value }) => [name, value]))
const graced = (seconds: number): InstallationSpec => ({
  typhaDeployment: { spec: { template: { spec: { terminationGracePeriodSeconds: seconds } } } },
})

test.each([
  { grace: 120, deadline: 600 },
  { grace: 500, deadline: 600 },
  { grace: 501, deadline: 601 },
  { grace: 1000, deadline: 1200 },
])('a roll-out may take as long as clients of one Typha are given to leave: $grace s', ({ grace, deadline }) => {
  const calico = decided(graced(grace))
  expect(workload(calico).spec).toMatchObject({ progressDeadlineSeconds: deadline })
  expect(pods(calico).terminationGracePeriodSeconds).toBe(grace)
  expect(env(calico)).toMatchObject({ TYPHA_SHUTDOWNTIMEOUTSECS: String(grace) })
})

test('answers for its health beside Felix', () => {
  const calico = { ...decided({}), felix: { healthPort: 9199, vxlanVNI: 4096 } }
  expect(env(calico)).toMatchObject({ TYPHA_HEALTHPORT: '9198' })
  expect(pods(calico).containers[0]!.readinessProbe).toEqual({
    httpGet: { path: '/readiness', port: 9198, host: 'localhost' },
    timeoutSeconds: 10,
  })
})

test('has metrics, and a Service for them, only where a port is given', () => {
  const without = decided({})
  const with_ = decided({ typhaMetricsPort: 9093 })
  expect(typha(without, keys).map(({ metadata }) => metadata.name)).not.toContain('calico-typha-metrics')
  expect(typha(with_, keys).at(-1)).toMatchObject({
    kind: 'Service',
    metadata: { name: 'calico-typha-metrics' },
    spec: { selector: { 'k8s-app': 'calico-typha' }, ports: [{ port: 9093 }] },
  })
  expect(env(with_)).toMatchObject({ TYPHA_PROMETHEUSMETRICSENABLED: 'true', TYPHA_PROMETHEUSMETRICSPORT: '9093' })
  expect(workload(with_).spec?.template.metadata?.annotations).toMatchObject({ 'prometheus.io/port': '9093' })
})

test('checks clients by the name in their certificate only if its own has one', () => {
  const calico = decided({})
  expect(env(calico)).toMatchObject({ TYPHA_CLIENTCN: 'name in node-certs' })
  const byUri = { ...keys, server: keyPair('typha-certs', { commonName: undefined, uriSan: 'spiffe://typha' }) }
  expect(env(calico, byUri)).not.toHaveProperty('TYPHA_CLIENTCN')
  expect(pods(calico, byUri).containers[0]!.env).toContainEqual({ name: 'TYPHA_CLIENTURISAN' })
})

test('its own pair has the last word about an annotation that the bundle has too', () => {
  const key = 'tigera-operator.hash.operator.tigera.io/typha-certs'
  const bundle = { ...trust, hashes: { [key]: 'as trusted' } }
  expect(workload(decided({}), { ...keys, trust: bundle }).spec?.template.metadata?.annotations).toEqual({ [key]: 'hash of typha-certs' })
})

test('keeps away from the Typha that it replaces: both use the same port of the node', () => {
  const calico = decided({}, { migratingNamespace: true })
  expect(pods(calico).affinity?.podAntiAffinity).toMatchObject({
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1 }],
    requiredDuringSchedulingIgnoredDuringExecution: [{ namespaces: ['kube-system'], topologyKey: 'kubernetes.io/hostname' }],
  })
  expect(pods(decided({})).affinity?.podAntiAffinity).not.toHaveProperty('requiredDuringSchedulingIgnoredDuringExecution')
})

test('needs leave of OpenShift', () => {
  const rules = (spec: InstallationSpec) => typha(decided(spec), keys).find(({ kind }) => kind === 'ClusterRole')
  expect(rules({ kubernetesProvider: 'OpenShift' })).toMatchObject({
    rules: expect.arrayContaining([expect.objectContaining({ verbs: ['use'] })]),
  })
  expect(rules({})).not.toMatchObject({ rules: expect.arrayContaining([expect.objectContaining({ verbs: ['use'] })]) })
})
