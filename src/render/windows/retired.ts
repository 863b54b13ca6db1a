/** What older operators had on Windows nodes. Names only. */
import type { ObjectRef } from '../../kube/objects.ts'
import { calicoSystem } from '../parts/places.ts'

export const retired: readonly ObjectRef[] = [
  { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'calico-windows-upgrade', namespace: calicoSystem },
  { apiVersion: 'v1', kind: 'ServiceAccount', name: 'calico-windows-upgrade', namespace: calicoSystem },
]
