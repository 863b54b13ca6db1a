import { describe, expect, test } from 'vitest'
import type { Node } from '../kube/kinds.ts'
import { countNodes } from './nodes.ts'
import { detectProvider, type Evidence, nodeEvidence } from './provider-detection.ts'

const node = (labels: Record<string, string> = {}, spec: Node['spec'] = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node', labels },
  spec,
})

const evidence = (found: Partial<Evidence>): Evidence => ({ nodes: {}, groups: [], clusterVersion: false, eks: [], rke2: [], ...found })

describe('the provider', () => {
  test.each<[string, Partial<Evidence>, string | undefined]>([
    ['is not known without evidence', {}, undefined],
    [
      'is GKE by a label of nodes and its API group',
      { nodes: { gke: 'cloud.google.com/gke-nodepool' }, groups: ['networking.gke.io'] },
      'GKE',
    ],
    ['is not GKE by the label alone', { nodes: { gke: 'cloud.google.com/gke-nodepool' } }, undefined],
    ['is not GKE by the API group alone', { groups: ['networking.gke.io'] }, undefined],
    ['is TKG by its API group', { groups: ['core.tanzu.vmware.com'] }, 'TKG'],
    ['is OpenShift by ClusterVersion', { clusterVersion: true }, 'OpenShift'],
    ['is Docker Enterprise by a label of masters', { nodes: { dockerEnterprise: 'com.docker.ucp.orchestrator' } }, 'DockerEnterprise'],
    ['is EKS by what it leaves in kube-system', { eks: ['ConfigMap kube-system/aws-auth'] }, 'EKS'],
    ['is RKE2 by what it leaves in kube-system', { rke2: ['ConfigMap kube-system/rke2'] }, 'RKE2'],
    ['is Kind by providerID', { nodes: { kind: 'kind://' } }, 'Kind'],
    ['is OpenShift on AWS, and not EKS', { clusterVersion: true, eks: ['ConfigMap kube-system/aws-auth'] }, 'OpenShift'],
    ['is EKS before RKE2', { eks: ['a'], rke2: ['b'] }, 'EKS'],
    ['is RKE2 before Kind', { rke2: ['a'], nodes: { kind: 'kind://' } }, 'RKE2'],
  ])('%s', (_, found, name) => {
    expect(detectProvider(evidence(found))?.name).toBe(name)
  })

  test('is told with the object that told so', () => {
    expect(detectProvider(evidence({ eks: ['the label x of Service kube-system/kube-dns'] }))?.evidence).toBe(
      'the label x of Service kube-system/kube-dns',
    )
    const gke = evidence({ nodes: { gke: 'cloud.google.com/gke-nodepool' }, groups: ['networking.gke.io'] })
    expect(detectProvider(gke)?.evidence).toBe('API group networking.gke.io and the label cloud.google.com/gke-nodepool of a Node')
  })
})

describe('nodes', () => {
  test('say the same while they come and go', () => {
    const one = node({ 'cloud.google.com/gke-nodepool': 'a', 'cloud.google.com/gke-os-distribution': 'cos' })
    const other = node({ 'cloud.google.com/gke-os-distribution': 'cos', 'cloud.google.com/gke-nodepool': 'b' })
    expect(nodeEvidence([one, other])).toEqual(nodeEvidence([other]))
  })

  test('tell Docker Enterprise only when they are masters', () => {
    const ucp = { 'com.docker.ucp.collection': 'system' }
    expect(nodeEvidence([node(ucp)])).toEqual({})
    expect(nodeEvidence([node({ ...ucp, 'node-role.kubernetes.io/master': '' })])).toEqual({
      dockerEnterprise: 'com.docker.ucp.collection',
    })
  })

  test('tell Kind by the beginning of their providerID', () => {
    expect(nodeEvidence([node({}, { providerID: 'kind://docker/x/y' })])).toEqual({ kind: 'kind://' })
    expect(nodeEvidence([node({}, { providerID: 'aws:///kind://' })])).toEqual({})
  })

  test('are counted when they take pods, those of Linux by themselves', () => {
    const linux = { 'kubernetes.io/os': 'linux' }
    const counted = countNodes([
      node(linux),
      node(linux, { unschedulable: true }),
      node({ 'kubernetes.io/os': 'windows' }),
      node(),
      node({ ...linux, 'kubernetes.azure.com/cluster': 'x', type: 'virtual-kubelet' }),
      node({ ...linux, type: 'virtual-kubelet' }),
    ])
    expect(counted).toEqual({ schedulable: 4, schedulableLinux: 2, evidence: {} })
  })
})
