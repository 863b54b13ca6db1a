/** Keeps the certificate authority of this cluster, and leave for pods to request certificates where a signer of the user's answers them. */
import { requesterRole } from '../certificates/csr.ts'
import { readAuthority } from '../certificates/trust.ts'
import { specOf } from '../installation/facts.ts'
import { ClusterRole, Secret } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/objects.ts'
import { defineController, type Wanted } from '../reconcile/controller.ts'
import { labelled, owned } from '../render/identity.ts'
import { present } from '../render/parts/present.ts'
import { installation, ownerOf, readAsked } from './asked.ts'
import type { Surroundings } from './surroundings.ts'

export const authority = ({ environment: { operator }, issuer }: Surroundings) =>
  defineController({
    name: 'authority',
    serves: installation,
    reports: 'calico',
    makes: [ClusterRole, Secret],

    async read(cluster) {
      const asked = await readAsked(cluster)
      if (!asked) return undefined
      // What is being deleted keeps what it has, and gets nothing anew.
      if (asked.base.metadata.deletionTimestamp) return 'leaving' as const
      const { certificateManagement: management } = specOf(asked)
      const found = await readAuthority(cluster, issuer, { operatorNamespace: operator.namespace, management, create: true })
      return { owner: ownerOf(asked.base), management, found }
    },

    desired(read) {
      if (read === 'leaving') return {}
      const { owner, management, found } = read
      const { waiting, object, over, remove = [], disown } = found
      if (waiting) throw waiting
      const finished = <T extends KubeObject>(each: T) => labelled(owned(each, owner), { owner, operator: operator.name })
      return {
        objects: present<KubeObject | Wanted>(object && { object: finished(object), over }, management && finished(requesterRole())),
        remove: remove.map(ref => ({ ref, ours: '' })),
        disown,
      }
    },
  })
