/** What users and others put into a cluster in which Calico is installed, and where to find it and ours. */
import type { KubeObject, ObjectRef } from '../../src/kube/objects.ts'

export const installationRef: ObjectRef = { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default' }

export const installation = (spec: object = {}, name = 'default'): KubeObject => ({
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  metadata: { name },
  ...{ spec },
})

export const inSystem = (apiVersion: string, kind: string, name: string): ObjectRef => ({
  apiVersion,
  kind,
  name,
  namespace: 'calico-system',
})

export const secretRef = (name: string, namespace = 'tigera-operator'): ObjectRef => ({ apiVersion: 'v1', kind: 'Secret', name, namespace })

/** A pod of a workload of ours that ends only when its finalizer is taken away. */
export const heldPod = ({ metadata, kind, apiVersion }: KubeObject, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'calico-system',
    finalizers: ['example.com/still-running'],
    ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid!, controller: true, blockOwnerDeletion: true } as never],
  },
  ...{ spec: { containers: [{ name: 'x', image: 'x' }] } },
})

export const podRef = (name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'Pod', name, namespace: 'calico-system' })

/** A webhook of the Service default/`name` that has a say in these requests, and does not answer before the sandbox is told what. */
export const validatingWebhook = (name: string, rule: object, more: object = {}): KubeObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name },
  ...{
    webhooks: [
      {
        name: `${name}.example.com`,
        clientConfig: { service: { name, namespace: 'default' } },
        rules: [rule],
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        ...more,
      },
    ],
  },
})
