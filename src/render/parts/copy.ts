/** Copies of what lies beside the operator: pods can only use what is in their own namespace. Changes nothing. */
import type { Secret } from '../../kube/kinds.ts'
import { calicoSystem } from './places.ts'

/** The Secret in calico-system or another namespace: its type and data, and nothing of what its owner wrote about it. */
export const copied = ({ metadata: { name }, type, data }: Secret, namespace = calicoSystem): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  type,
  data,
})
