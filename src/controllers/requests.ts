/** Requests for certificates by pods of ours, where a signer of the user's answers them: which nobody has. Only reads. */
import type { Calico } from '../installation/calico.ts'
import { CertificateSigningRequest } from '../kube/kinds.ts'
import type { Reader } from '../reconcile/controller.ts'
import { calicoSystem } from '../render/parts/places.ts'
import { waitingRequests } from '../status/workload.ts'

/** In words, for the status; nothing when none waits. Kubelets request certificates too, and those are no concern here (spec/installation-controller.md §12). */
export async function readWaitingRequests(cluster: Reader, calico?: Pick<Calico, 'certificateManagement'>): Promise<string[]> {
  if (!calico?.certificateManagement) return []
  return cluster.derive(`certificates that pods of ${calicoSystem} wait for`, CertificateSigningRequest, requests => {
    const waiting = waitingRequests(requests.filter(({ metadata }) => metadata.labels?.['k8s-app'] === calicoSystem))
    return waiting === undefined ? [] : [waiting]
  })
}
