/** What older versions made for Whisker, and must not be there any more. Data only. */
import type { ObjectRef } from '../../kube/objects.ts'

export const retired: ObjectRef[] = [
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name: 'whisker', namespace: 'calico-system' },
]
