/** What a controller would do next about one workload. */
import type { KubeObject } from '../../kube/objects.ts'

export interface Plan {
  /** To be created, in this order. */
  create?: KubeObject[]
  /** To be deleted. */
  remove?: KubeObject[]
  /** To be written in place of what is there (replica counts of ReplicaSets). */
  update?: KubeObject[]
  /** What the status of the workload should be. */
  status?: object
  /** Annotations that go with the status. */
  annotations?: Record<string, string>
  /** Look again after so many milliseconds. */
  again?: number
}
