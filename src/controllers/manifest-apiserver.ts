/** Calico's API server as its manifest installs it, in a namespace of its own: what there is of it, and when it may go. Only reads. */
import { Deployment, Namespace } from '../kube/kinds.ts'
import type { ObjectRef } from '../kube/objects.ts'
import type { Condition, Reader, Removal } from '../reconcile/controller.ts'
import { calicoSystem } from '../render/parts/places.ts'

const home = 'calico-apiserver'
const inside = (apiVersion: string, kind: string, name: string): ObjectRef => ({ apiVersion, kind, name, namespace: home })

/** All that the manifest makes there; the Secret with its certificate is the user's. */
const parts = [
  inside('apps/v1', 'Deployment', 'calico-apiserver'),
  inside('v1', 'Service', 'calico-api'),
  inside('v1', 'ServiceAccount', 'calico-apiserver'),
  inside('networking.k8s.io/v1', 'NetworkPolicy', 'allow-apiserver'),
]

/** What the manifest left: its namespace where nothing else runs in it, else what the manifest made there. Nothing where its server is not there: then the namespace is somebody's. */
export async function readManifestServer(cluster: Reader): Promise<readonly ObjectRef[]> {
  const namespace = await cluster.get(Namespace, home)
  if (!namespace || namespace.metadata.deletionTimestamp) return []
  const workloads = await cluster.list(Deployment, home)
  const server = workloads.find(({ metadata }) => metadata.name === 'calico-apiserver')
  if (!server?.spec?.template.spec?.containers.some(({ name }) => name === 'calico-apiserver')) return []
  return workloads.length === 1 ? [{ apiVersion: 'v1', kind: 'Namespace', name: home }] : parts
}

/** Not before the Deployment of this name answers in its place. */
export const inPlaceOf = (old: readonly ObjectRef[], successor: string): Removal[] => {
  const answered: Condition = {
    ref: { apiVersion: 'apps/v1', kind: 'Deployment', name: successor, namespace: calicoSystem },
    is: 'available',
  }
  return old.map(ref => ({ ref, after: [answered] }))
}
