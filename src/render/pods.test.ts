import { describe, expect, test } from 'vitest'
import type { Container, Job } from '../kube/kinds.ts'
import { daemonSet, deployment, pods } from './parts/workload.ts'
import { finishedPods } from './pods.ts'

const plain: Parameters<typeof finishedPods>[0] = { v3: false, pullSecrets: [], tlsCipherSuites: [] }
const container = (fields: Partial<Container> = {}): Container => ({ name: 'main', image: 'image', ...fields })
const finishedContainer = (fields: Partial<Container>, calico = plain) =>
  finishedPods(calico, deployment('x', { template: pods({ containers: [container(fields)] }) })).spec!.template.spec!.containers[0]!
const job = (fields: Partial<Container>): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'once' },
  spec: { template: pods({ containers: [container(fields)], initContainers: [container(fields)] }) },
})

describe('pods', () => {
  test('run on Linux unless the component says otherwise', () => {
    const on = (nodeSelector?: Record<string, string>) =>
      finishedPods(plain, daemonSet('x', { template: pods({ nodeSelector, containers: [] }) })).spec!.template.spec!.nodeSelector
    expect(on()).toEqual({ 'kubernetes.io/os': 'linux' })
    expect(on({ a: 'b', 'kubernetes.io/os': 'windows' })).toEqual({ a: 'b', 'kubernetes.io/os': 'windows' })
  })

  test('may use the user’s pull secrets beside their own', () => {
    const pullSecrets = ['one', 'two'].map(name => ({ apiVersion: 'v1' as const, kind: 'Secret' as const, metadata: { name } }))
    const template = pods({ imagePullSecrets: [{ name: 'own' }], containers: [] })
    expect(finishedPods({ ...plain, pullSecrets }, deployment('x', { template })).spec!.template.spec!.imagePullSecrets).toEqual([
      { name: 'own' },
      { name: 'one' },
      { name: 'two' },
    ])
  })

  test('have their volumes and the mounts of main containers by name; init containers keep theirs', () => {
    const volumeMounts = [
      { name: 'b', mountPath: '/b' },
      { name: 'a', mountPath: '/a' },
    ]
    const template = pods({
      volumes: [{ name: 'b' }, { name: 'a' }],
      containers: [container({ volumeMounts })],
      initContainers: [container({ volumeMounts })],
    })
    const { volumes, containers, initContainers } = finishedPods(plain, deployment('x', { template })).spec!.template.spec!
    expect(volumes).toEqual([{ name: 'a' }, { name: 'b' }])
    expect(containers[0]!.volumeMounts?.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(initContainers![0]!.volumeMounts?.map(({ name }) => name)).toEqual(['b', 'a'])
  })
})

describe('containers', () => {
  test('are pulled only when absent, unless they say so themselves', () => {
    expect(finishedContainer({}).imagePullPolicy).toBe('IfNotPresent')
    expect(finishedContainer({ imagePullPolicy: 'Always' }).imagePullPolicy).toBe('Always')
  })

  test('are probed seldom unless they say so themselves', () => {
    const { livenessProbe, readinessProbe } = finishedContainer({
      livenessProbe: { timeoutSeconds: 10 },
      readinessProbe: { periodSeconds: 5 },
    })
    expect(livenessProbe).toEqual({ periodSeconds: 60, timeoutSeconds: 10, failureThreshold: 3, successThreshold: 1 })
    expect(readinessProbe).toEqual({ periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3, successThreshold: 1 })
    expect(finishedContainer({})).not.toMatchObject({ livenessProbe: expect.anything() })
  })

  const tls = { ...plain, v3: true, tlsCipherSuites: ['TLS_A', 'TLS_B'] }
  const group = { name: 'CALICO_API_GROUP', value: 'projectcalico.org/v3' }

  test('learn of the API group and then of the cipher suites, after all else', () => {
    expect(finishedContainer({ env: [{ name: 'A', value: '1' }] }, tls).env).toEqual([
      { name: 'A', value: '1' },
      group,
      { name: 'TLS_CIPHER_SUITES', value: 'TLS_A,TLS_B' },
    ])
  })

  test('keep the place of a group that they name themselves, and their own cipher suites', () => {
    const env = [{ name: 'CALICO_API_GROUP', value: 'x' }, { name: 'TLS_CIPHER_SUITES', value: 'own' }, { name: 'A' }]
    expect(finishedContainer({ env }, tls).env).toEqual([group, { name: 'TLS_CIPHER_SUITES', value: 'own' }, { name: 'A' }])
  })

  test('of Jobs learn of the group, in init containers too, and have neither cipher suites nor probe defaults', () => {
    const { containers, initContainers } = finishedPods(tls, job({ livenessProbe: { timeoutSeconds: 1 } })).spec!.template.spec!
    expect(containers[0]!.env).toEqual([group])
    expect(initContainers![0]!.env).toEqual([group])
    expect(containers[0]!.livenessProbe).toEqual({ timeoutSeconds: 1 })
  })
})
