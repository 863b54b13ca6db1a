/** Answers requests to the operator's own signer while certificates come from requests; all other requests are left to others. */
import { denial, type Waiting, waitingForSigner } from '../certificates/refused.ts'
import { specOf } from '../installation/facts.ts'
import { CertificateSigningRequest } from '../kube/kinds.ts'
import { defineController } from '../reconcile/controller.ts'
import { readAsked } from './asked.ts'

export const signer = () =>
  defineController<Waiting[]>({
    name: 'signer',

    async read(cluster) {
      const asked = await readAsked(cluster)
      if (!asked || !specOf(asked).certificateManagement) return undefined
      return cluster.derive('requests that wait for the signer of the operator', CertificateSigningRequest, waitingForSigner)
    },

    desired: waiting => ({ objects: waiting.map(each => ({ object: denial(each), subresource: 'approval' })) }),
  })
