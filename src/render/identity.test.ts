import { expect, test } from 'vitest'
import { type KubeObject, ownerOf } from '../kube/objects.ts'
import { identified } from './identity.ts'
import { daemonSet, deployment, pods } from './parts/workload.ts'

const installation = { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default', uid: 'u-1' }
const { uid, name, ...kind } = installation
const owner = ownerOf({ ...kind, metadata: { name, uid } })
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
  const { ownerReferences } = identified(role('calico-node'), by).metadata
  expect(ownerReferences).toEqual([{ ...installation, controller: true, blockOwnerDeletion: true }])
})

test('an object is labelled by its name', () => {
  expect(identified(role('calico-node'), by).metadata.labels).toEqual({
    ...standard,
    'k8s-app': 'calico-node',
    'app.kubernetes.io/name': 'calico-node',
  })
})

test('a label that is there stays, and its k8s-app gives the name', () => {
  expect(identified(role('x-metrics', { 'k8s-app': 'x', 'app.kubernetes.io/part-of': 'mine' }), by).metadata.labels).toEqual({
    ...standard,
    'k8s-app': 'x',
    'app.kubernetes.io/name': 'x',
    'app.kubernetes.io/part-of': 'mine',
  })
})

test('what a label may not hold is replaced, and cut off at the ends', () => {
  const { labels } = identified(role('-calico-node:csr creator.'), by).metadata
  expect(labels).toMatchObject({ 'k8s-app': 'calico-node_csr_creator', 'app.kubernetes.io/name': 'calico-node_csr_creator' })
})

const claimed = { 'k8s-app': 'claimed', 'app.kubernetes.io/managed-by': 'me' }

test('a Deployment goes by its own name whatever the user claims, its pods do not', () => {
  const object = deployment('calico-typha', { template: pods({ labels: claimed, containers: [] }) })
  const { metadata, spec } = identified({ ...object, metadata: { ...object.metadata, labels: claimed } }, by)
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
  expect(identified(daemonSet('csi-node-driver', { template }), by).spec?.template.metadata?.labels).toEqual({
    ...standard,
    name: 'x',
    'k8s-app': 'csi-node-driver',
    'app.kubernetes.io/name': 'csi-node-driver',
  })
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once' }, spec: { template } }
  expect(identified(job, by).spec.template.metadata?.labels).toEqual({ name: 'x' })
})
