import { describe, expect, test } from 'vitest'
import { operatorKinds } from '../../api/index.ts'
import type { InstallationSpec } from '../../api/installation.ts'
import type { DaemonSet, Deployment } from '../kube/kinds.ts'
import { overlays, overridden } from './overrides.ts'
import { daemonSet, deployment, pods } from './parts/workload.ts'

const small = { requests: { cpu: '50m' } }

const typha = (): Deployment =>
  deployment('calico-typha', {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '100%', maxUnavailable: 1 } },
    template: pods({
      labels: { own: 'operator' },
      annotations: { own: 'operator' },
      affinity: { podAntiAffinity: {} },
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      tolerations: [{ operator: 'Exists' }],
      terminationGracePeriodSeconds: 300,
      initContainers: [{ name: 'typha-certs-key-cert-provisioner', resources: { limits: { cpu: '10m' } } }],
      containers: [{ name: 'calico-typha', image: 'typha' }],
    }),
  })

const node = (): DaemonSet =>
  daemonSet('calico-node', {
    template: pods({
      dnsPolicy: 'ClusterFirstWithHostNet',
      initContainers: [{ name: 'ebpf-bootstrap' }, { name: 'install-cni' }],
      containers: [{ name: 'calico-node' }],
    }),
  })

const overTypha = (typhaDeployment: InstallationSpec['typhaDeployment']) => overridden(typha(), { typhaDeployment }).spec!
const overTyphaPods = (pod: NonNullable<NonNullable<NonNullable<InstallationSpec['typhaDeployment']>['spec']>['template']>['spec']) =>
  overTypha({ spec: { template: { spec: pod } } }).template.spec!
const overNodePods = (pod: NonNullable<NonNullable<NonNullable<InstallationSpec['calicoNodeDaemonSet']>['spec']>['template']>['spec']) =>
  overridden(node(), { calicoNodeDaemonSet: { spec: { template: { spec: pod } } } }).spec!.template.spec!

describe('an override', () => {
  test('leaves a workload alone that it is not for', () => {
    const object = typha()
    expect(overridden(object, { calicoNodeDaemonSet: { spec: { minReadySeconds: 7 } } })).toEqual(object)
  })

  test('leaves an object alone that is no workload', () => {
    const object = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'calico-typha' } }
    expect(overridden(object, { typhaDeployment: { metadata: { labels: { a: 'b' } } } })).toBe(object)
  })

  test('adds labels and annotations, but takes none over', () => {
    const { metadata } = overridden(
      { ...typha(), metadata: { name: 'calico-typha', labels: { own: 'operator' } } },
      { typhaDeployment: { metadata: { labels: { own: 'user', team: 'net' }, annotations: { note: 'kept' } } } },
    )
    expect(metadata).toEqual({ name: 'calico-typha', labels: { own: 'operator', team: 'net' }, annotations: { note: 'kept' } })
    const template = overTypha({
      spec: { template: { metadata: { labels: { own: 'user', team: 'net' }, annotations: { own: 'user' } } } },
    }).template
    expect(template.metadata).toMatchObject({ labels: { own: 'operator', team: 'net' }, annotations: { own: 'operator' } })
  })

  test('may not touch the records of operators', () => {
    const { template } = overTypha({ spec: { template: { metadata: { annotations: { 'hash.operator.tigera.io/system': 'mine' } } } } })
    expect(template.metadata?.annotations).toEqual({ own: 'operator' })
    expect(overTyphaPods({ nodeSelector: { 'operator.tigera.io/x': 'y' } }).nodeSelector).toEqual({ 'kubernetes.io/os': 'linux' })
  })

  test('replaces the strategy as a whole, so that what it leaves out is not the operator’s any more', () => {
    expect(overTypha({ spec: { strategy: { rollingUpdate: { maxUnavailable: 2 } } } }).strategy).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 2 },
    })
    expect(overTypha({ spec: { strategy: {} } }).strategy?.rollingUpdate).toEqual({ maxSurge: '100%', maxUnavailable: 1 })
  })

  test('replaces affinity, tolerations, spread, grace and minReadySeconds', () => {
    const pod = overTyphaPods({ affinity: { nodeAffinity: {} }, tolerations: [], terminationGracePeriodSeconds: 120 })
    expect(pod).toMatchObject({ affinity: { nodeAffinity: {} }, tolerations: [], terminationGracePeriodSeconds: 120 })
    expect(pod.affinity).not.toHaveProperty('podAntiAffinity')
    expect(overTypha({ spec: { minReadySeconds: 7 } }).minReadySeconds).toBe(7)
  })

  test('adds to the node selector, and cannot move pods to another operating system', () => {
    expect(overTyphaPods({ nodeSelector: { 'kubernetes.io/os': 'windows', disk: 'ssd' } }).nodeSelector).toEqual({
      'kubernetes.io/os': 'linux',
      disk: 'ssd',
    })
  })

  test('replaces the resources of a container as a whole, in the API server’s spelling', () => {
    const pod = overTyphaPods({
      containers: [{ name: 'calico-typha', resources: { requests: { cpu: '0.05', memory: '1024Mi' }, limits: { cpu: 1 } } }],
      initContainers: [{ name: 'typha-certs-key-cert-provisioner', resources: small }],
    })
    expect(pod.containers[0]!.resources).toEqual({ requests: { cpu: '50m', memory: '1Gi' }, limits: { cpu: '1' } })
    expect(pod.initContainers![0]!.resources).toEqual(small)
  })

  test('that names a container without resources, or one that is not there, changes nothing', () => {
    const pod = overNodePods({
      containers: [{ name: 'calico-node', resources: {} }],
      initContainers: [{ name: 'flexvol-driver', resources: small }],
    })
    expect(pod.containers).toEqual(node().spec!.template.spec!.containers)
    expect(pod.initContainers).toEqual(node().spec!.template.spec!.initContainers)
  })

  test('sets the DNS of calico-node; an empty policy is that of Kubernetes', () => {
    expect(overNodePods({ dnsPolicy: 'None', dnsConfig: { nameservers: ['10.96.0.10'] } })).toMatchObject({
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['10.96.0.10'] },
    })
    expect(overNodePods({ dnsPolicy: '' }).dnsPolicy).toBeUndefined()
    expect(overNodePods({}).dnsPolicy).toBe('ClusterFirstWithHostNet')
  })
})

describe('componentResources', () => {
  const componentResources: InstallationSpec['componentResources'] = [{ componentName: 'Typha', resourceRequirements: small }]

  test('are those of the main container', () => {
    expect(overridden(typha(), { componentResources }).spec!.template.spec!.containers[0]!.resources).toEqual(small)
    expect(overridden(node(), { componentResources }).spec!.template.spec!.containers[0]!.resources).toBeUndefined()
  })

  test('are those of the first entry where there are two', () => {
    const twice = [...componentResources, { componentName: 'Typha' as const, resourceRequirements: { limits: { cpu: '2' } } }]
    expect(overridden(typha(), { componentResources: twice }).spec!.template.spec!.containers[0]!.resources).toEqual(small)
  })

  test('give way to an override', () => {
    const limits = { limits: { cpu: '2' } }
    const typhaDeployment = { spec: { template: { spec: { containers: [{ name: 'calico-typha', resources: limits }] } } } }
    expect(overridden(typha(), { componentResources, typhaDeployment }).spec!.template.spec!.containers[0]!.resources).toEqual(limits)
  })
})

test('every overlay that a resource can have is laid over a workload', () => {
  // Of a workload that is no more.
  const idle = ['calicoWindowsUpgradeDaemonSet']
  const fields = operatorKinds.flatMap(({ definition }) => Object.keys(definition.spec.json.properties ?? {}))
  const able = fields.filter(field => /(Deployment|DaemonSet|Job)$/.test(field) && !idle.includes(field))
  expect(able.length).toBeGreaterThan(10)
  expect(able.filter(field => !Object.values(overlays).some(({ overlay }) => overlay === field))).toEqual([])
})
