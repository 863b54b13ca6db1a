/** Requests for certificates by pods of ours, where a signer of the user's answers them: which nobody has. Only reads. */
import { CertificateSigningRequest } from '../kube/kinds.ts'
import type { Reader } from '../reconcile/controller.ts'
import { waitingRequests } from '../status/workload.ts'

/** In words, for the status; nothing when none waits. Kubelets request certificates too, and those are no concern here (spec/installation-controller.md §12). */
export const readWaitingRequests = (cluster: Reader, namespace: string): Promise<string[]> =>
  cluster.derive(`certificates that pods of ${namespace} wait for`, CertificateSigningRequest, requests => {
    const waiting = waitingRequests(requests.filter(({ metadata }) => metadata.labels?.['k8s-app'] === namespace))
    return waiting === undefined ? [] : [waiting]
  })
