import { describe, expect, test } from 'vitest'
import type { NetworkPolicy } from '../../../api/v3/network-policy.ts'
import type { KeyPair } from '../../certificates/keys.ts'
import { type ApiServer, apiServerOf } from '../../installation/api-server.ts'
import type { Calico } from '../../installation/calico.ts'
import { decided } from '../../installation/testdata/asked.ts'
import type { ClusterRole, Deployment } from '../../kube/kinds.ts'
import { type KubeObject, keyOf, refOf } from '../../kube/objects.ts'
import { keyPair } from '../testdata/keys.ts'
import { access } from './access.ts'
import { apiServer } from './apiserver.ts'
import { accessPolicy } from './policy.ts'
import { aggregated } from './retired.ts'

const key = keyPair('calico-apiserver-certs')
const requested = (name: string): KeyPair =>
  keyPair(name, { hash: { [name]: '' }, initContainer: () => ({ name: `${name}-key-cert-provisioner` }) })

const objects = (on: Calico, more: { server?: Partial<ApiServer>; key?: KeyPair; queryServerKey?: KeyPair } = {}): KubeObject[] =>
  apiServer(on, { key, ...more, server: { ...apiServerOf({}, on), ...more.server } })
const named = <T extends KubeObject>(all: KubeObject[], kind: string, name?: string): T =>
  all.find(object => object.kind === kind && (name === undefined || object.metadata.name === name)) as T
const workload = (...args: Parameters<typeof objects>) => named<Deployment>(objects(...args), 'Deployment').spec!
const pods = (...args: Parameters<typeof objects>) => workload(...args).template.spec!

describe('the API server', () => {
  test('goes as a whole where CRDs take its place', () => {
    const made = objects(decided({})).filter(({ kind }) => kind !== 'APIService')
    expect(aggregated.map(keyOf)).toEqual(made.map(object => keyOf(refOf(object))))
  })

  test('is trusted by what its own certificate says', () => {
    expect(named(objects(decided({})), 'APIService')).toMatchObject({ spec: { caBundle: key.caBundle, service: { name: 'calico-api' } } })
  })

  test('moves to the network of its node where the Kubernetes API cannot reach pods', () => {
    const eks = decided({ kubernetesProvider: 'EKS', cni: { type: 'Calico' } })
    const elsewhere = { ...eks, endpoints: { host: { host: '1.2.3.4', port: '443' }, pod: { host: '10.0.0.1', port: '6443' } } }
    expect(workload(elsewhere).strategy).toEqual({ type: 'Recreate' })
    expect(pods(elsewhere)).toMatchObject({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' })
    expect(pods(elsewhere).tolerations).toContainEqual({ operator: 'Exists', effect: 'NoExecute' })
    const host = (calico: Calico) => pods(calico).containers[0]?.env?.find(({ name }) => name === 'KUBERNETES_SERVICE_HOST')?.value
    expect([host(elsewhere), host({ ...elsewhere, cni: { ...elsewhere.cni, type: 'AmazonVPC' } })]).toEqual(['1.2.3.4', '10.0.0.1'])
  })

  test('is told of interfaces where Calico connects pods, and to keep off policies that the API does not have', () => {
    const env = (calico: Calico) => pods(calico).containers[0]!.env!.map(({ name }) => name)
    expect(env(decided({}))).toContain('MULTI_INTERFACE_MODE')
    expect(env(decided({ cni: { type: 'AmazonVPC' } }))).not.toContain('MULTI_INTERFACE_MODE')
    const args = (minor: number) => pods({ ...decided({}), kubernetes: { major: 1, minor } }).containers[0]!.args!
    expect([args(29).at(-1), args(30).at(-1)]).toEqual([
      '--enable-validating-admission-policy=false',
      '--tls-cert-file=/calico-apiserver-certs/tls.crt',
    ])
  })

  test('requests its certificate, and the one nobody uses, where a signer of the user’s answers', () => {
    const both = { key: requested('calico-apiserver-certs'), queryServerKey: requested('query-server-tls') }
    const { template } = workload(decided({}), both)
    expect(template.spec?.initContainers?.map(({ name }) => name)).toEqual([
      'calico-apiserver-certs-key-cert-provisioner',
      'query-server-tls-key-cert-provisioner',
    ])
    expect(Object.keys(template.metadata?.annotations ?? {})).toEqual(['calico-apiserver-certs', 'query-server-tls'])
    const own = workload(decided({}), { queryServerKey: both.queryServerKey }).template
    expect([own.spec?.initContainers, own.spec?.volumes?.map(({ name }) => name)]).toEqual([
      [],
      ['calico-apiserver-certs', 'query-server-tls'],
    ])
  })

  test('may use what OpenShift guards', () => {
    const rules = (calico: Calico) => named<ClusterRole>(objects(calico), 'ClusterRole', 'calico-extension-apiserver-auth-access').rules
    expect(rules(decided({ kubernetesProvider: 'OpenShift' }))).toHaveLength(4)
    expect(rules(decided({}))).toHaveLength(2)
  })
})

test('admission policies are read where the API has them', () => {
  const rules = (minor?: number) =>
    named<ClusterRole>(access({ ...decided({}), kubernetes: minor === undefined ? undefined : { major: 1, minor } }), 'ClusterRole').rules
  expect([29, 30, undefined].map(minor => rules(minor)?.length)).toEqual([4, 5, 5])
})

test('the policy knows the port, and where the Kubernetes API is', () => {
  const calico = decided({})
  const { spec } = accessPolicy(calico, { ...apiServerOf({}, calico), port: 8443 }) as NetworkPolicy
  expect(spec?.ingress?.map(({ destination }) => destination?.ports)).toEqual([
    [443, 8443, 8080, 10443],
    [443, 8443, 8080, 10443],
  ])
  expect(spec?.egress?.at(-2)?.destination?.nets).toEqual(['10.96.0.1/32'])
  expect(spec?.egress?.at(-1)).toEqual({ action: 'Pass' })
})
