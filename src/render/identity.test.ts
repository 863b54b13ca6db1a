import { expect, test } from 'vitest'
import type { KubeObject, OwnerReference } from '../kube/objects.ts'
import { labelled, owned } from './identity.ts'
import { daemonSet, deployment, pods } from './parts/workload.ts'

const owner: OwnerReference = { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default', uid: 'u-1' }
const by = { owner, operator: 'tigera-operator' }
const role = (name: string, labels?: Record<string, string>): KubeObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name, labels },
})
const standard = {
  'app.kubernetes.io/component': 'Installation.operator.tigera.io',
  'app.kubernetes.io/instance': 'default',
  'app.kubernetes.io/managed-by': 'tigera-operator',
  'app.kubernetes.io/part-of': 'Calico',
}

test('an object belongs to the resource that asked for it, as its controller', () => {
  expect(owned(role('calico-node'), owner).metadata.ownerReferences).toEqual([{ ...owner, controller: true, blockOwnerDeletion: true }])
})

test('what several resources ask for has no controller, and the mark for it does not reach the cluster', () => {
  const { metadata } = owned(role('shared', { 'operator.tigera.io/multipleOwners': 'true', a: 'b' }), owner)
  expect(metadata.ownerReferences).toEqual([owner])
  expect(metadata.labels).toEqual({ a: 'b' })
})

test('an object is labelled by its name', () => {
  expect(labelled(role('calico-node'), by).metadata.labels).toEqual({
    ...standard,
    'k8s-app': 'calico-node',
    'app.kubernetes.io/name': 'calico-node',
  })
})

test('a label that is there stays, and its k8s-app gives the name', () => {
  expect(labelled(role('x-metrics', { 'k8s-app': 'x', 'app.kubernetes.io/part-of': 'mine' }), by).metadata.labels).toEqual({
    ...standard,
    'k8s-app': 'x',
    'app.kubernetes.io/name': 'x',
    'app.kubernetes.io/part-of': 'mine',
  })
})

test('what a label may not hold is replaced, and cut off at the ends', () => {
  const { labels } = labelled(role('-calico-node:csr creator.'), by).metadata
  expect(labels).toMatchObject({ 'k8s-app': 'calico-node_csr_creator', 'app.kubernetes.io/name': 'calico-node_csr_creator' })
})

const claimed = { 'k8s-app': 'claimed', 'app.kubernetes.io/managed-by': 'me' }

test('a Deployment goes by its own name whatever the user claims, its pods do not', () => {
  const object = deployment('calico-typha', { template: pods({ labels: claimed, containers: [] }) })
  const { metadata, spec } = labelled({ ...object, metadata: { ...object.metadata, labels: claimed } }, by)
  expect(metadata.labels).toEqual({
    ...standard,
    'k8s-app': 'calico-typha',
    'app.kubernetes.io/name': 'calico-typha',
    'app.kubernetes.io/managed-by': 'me',
  })
  expect(spec?.template.metadata?.labels).toEqual({
    ...standard,
    'k8s-app': 'claimed',
    'app.kubernetes.io/name': 'claimed',
    'app.kubernetes.io/managed-by': 'me',
  })
})

test('pods of a DaemonSet carry the labels of the DaemonSet, those of a Job none', () => {
  const template = pods({ labels: { name: 'x' }, containers: [] })
  expect(labelled(daemonSet('csi-node-driver', { template }), by).spec?.template.metadata?.labels).toEqual({
    ...standard,
    name: 'x',
    'k8s-app': 'csi-node-driver',
    'app.kubernetes.io/name': 'csi-node-driver',
  })
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once' }, spec: { template } }
  expect(labelled(job, by).spec.template.metadata?.labels).toEqual({ name: 'x' })
})
