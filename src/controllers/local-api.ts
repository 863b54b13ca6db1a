/** Who answers for projectcalico.org/v3: the API server itself, from CRDs of that group, or somebody behind a Service. */
import { APIService } from '../kube/kinds.ts'
import type { ObjectRef } from '../kube/objects.ts'

export const localApi: ObjectRef = { apiVersion: APIService.apiVersion, kind: APIService.kind, name: 'v3.projectcalico.org' }

/** The API server keeps such a one for each version of a CRD, and undoes what others write of it: https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/ */
export const isLocal = (service: APIService | undefined): boolean =>
  service?.spec?.service === undefined && service?.metadata.labels?.['kube-aggregator.kubernetes.io/automanaged'] === 'true'
