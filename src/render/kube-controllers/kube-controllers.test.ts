import { describe, expect, test } from 'vitest'
import type { Calico } from '../../installation/calico.ts'
import { decided } from '../../installation/testdata/asked.ts'
import type { Deployment } from '../../kube/kinds.ts'
import { trust } from '../testdata/keys.ts'
import { kubeControllers } from './kube-controllers.ts'
import { policies } from './policies.ts'

const pods = (calico: Calico) =>
  kubeControllers(calico, trust).find((object): object is Deployment => object.kind === 'Deployment')!.spec!.template.spec!
const names = (calico: Calico) => kubeControllers(calico, trust).map(({ kind, metadata: { name } }) => `${kind} ${name}`)

describe('kube-controllers', () => {
  test('runs on the control plane too, and where else the user lets it', () => {
    const dedicated = { key: 'dedicated', operator: 'Exists' }
    const calico = decided({
      controlPlaneTolerations: [dedicated],
      controlPlaneNodeSelector: { pool: 'infra' },
      kubernetesProvider: 'GKE',
      cni: { type: 'GKE' },
    })
    expect(pods(calico).nodeSelector).toEqual({ pool: 'infra' })
    expect(pods(calico).tolerations?.map(({ key }) => key)).toEqual([
      'dedicated',
      'node-role.kubernetes.io/master',
      'node-role.kubernetes.io/control-plane',
      'CriticalAddonsOnly',
      'kubernetes.io/arch',
    ])
  })

  test('finds the API by itself unless pods are told where it is', () => {
    const env = (calico: Calico) => pods(calico).containers[0]!.env
    expect(env(decided({}))).not.toContainEqual(expect.objectContaining({ name: 'KUBERNETES_SERVICE_HOST' }))
    const told = { ...decided({}), endpoints: { pod: { host: '10.0.0.1', port: '6443' } } }
    expect(env(told)).toContainEqual({ name: 'KUBERNETES_SERVICE_HOST', value: '10.0.0.1' })
  })

  test('has a headless Service of its metrics, only where a port is given', () => {
    expect(names(decided({}))).not.toContain('Service calico-kube-controllers-metrics')
    expect(kubeControllers({ ...decided({}), kubeControllers: { metricsPort: 9094 } }, trust).at(-1)).toMatchObject({
      kind: 'Service',
      metadata: { labels: { 'k8s-app': 'calico-kube-controllers' }, annotations: { 'prometheus.io/port': '9094' } },
      spec: { clusterIP: 'None', ports: [{ name: 'metrics-port', port: 9094, targetPort: 9094 }] },
    })
  })

  test('may write Endpoints on OpenShift', () => {
    expect(names(decided({ kubernetesProvider: 'OpenShift' }))).toContain('ClusterRoleBinding calico-kube-controllers-endpoint-controller')
    expect(names(decided({}))).not.toContain('ClusterRoleBinding calico-kube-controllers-endpoint-controller')
  })

  test('goes first when the Installation goes', () => {
    expect(kubeControllers({ ...decided({}), terminating: true }, trust)).toEqual([])
  })
})

describe('the policies of the core', () => {
  const calico = decided({}, { tier: true })

  test('are there once their tier is', () => {
    expect(policies(decided({}))).toEqual([])
    expect(policies(calico).map(({ metadata: { name } }) => name)).toEqual([
      'calico-system.kube-controller-access',
      'calico-system.default-deny',
    ])
  })

  test('let kube-controllers ask the DNS that the provider has', () => {
    const [access] = policies(decided({ kubernetesProvider: 'OpenShift' }, { tier: true }))
    expect(access).toMatchObject({
      spec: {
        egress: expect.arrayContaining([
          expect.objectContaining({ protocol: 'TCP', destination: expect.objectContaining({ ports: [5353] }) }),
        ]),
      },
    })
  })

  test('let Prometheus in where there are metrics, and say nothing of ingress where there are none', () => {
    const [with_] = policies({ ...calico, kubeControllers: { metricsPort: 9094 } })
    expect(with_).toMatchObject({ spec: { ingress: [{ destination: { ports: [9094] } }] } })
    const [without] = policies(calico)
    expect(without).not.toMatchObject({ spec: { ingress: expect.anything() } })
  })
})
