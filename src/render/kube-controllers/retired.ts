/** The policies of the core in the tier of older versions: they must not be there any more. Data only (spec/installation-render.md §8). */
import type { ObjectRef } from '../../kube/objects.ts'

export const retired: ObjectRef[] = ['allow-tigera.kube-controller-access', 'allow-tigera.default-deny'].map(name => ({
  apiVersion: 'projectcalico.org/v3',
  kind: 'NetworkPolicy',
  name,
  namespace: 'calico-system',
}))
