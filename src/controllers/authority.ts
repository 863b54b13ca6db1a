/** Keeps the certificate authority of this cluster, and leave for pods to request certificates where a signer of the user's answers them. */
import { ImageSet } from '../../api/imageset.ts'
import { requesterRole } from '../certificates/csr.ts'
import { readAuthority } from '../certificates/trust.ts'
import { specOf } from '../installation/facts.ts'
import { withoutProvisioner } from '../installation/image-set.ts'
import { ClusterRole, Secret } from '../kube/kinds.ts'
import { type KubeObject, ownerOf } from '../kube/objects.ts'
import { defineController, type Wanted } from '../reconcile/controller.ts'
import { identified } from '../render/identity.ts'
import { present } from '../render/parts/present.ts'
import { installation, readAsked } from './asked.ts'
import { ifOurs } from './if-ours.ts'
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
      const missing = withoutProvisioner(await cluster.list(ImageSet))
      const options = { operatorNamespace: operator.namespace, management, create: true }
      const found = missing.length > 0 ? undefined : await readAuthority(cluster, issuer, options)
      return { owner: ownerOf(asked.base), management, missing, found }
    },

    desired(read) {
      if (read === 'leaving') return {}
      const { owner, management, missing, found } = read
      const finished = <T extends KubeObject>(each: T) => identified(each, { owner, operator: operator.name })
      const role = management && finished(requesterRole())
      if (!found) return { objects: present(role), keeps: { kinds: [Secret] }, problems: missing }
      const { waiting, object, over, remove = [], disown } = found
      if (waiting) throw waiting
      return {
        objects: present<KubeObject | Wanted>(object && { object: finished(object), over }, role),
        remove: ifOurs(remove),
        disown,
      }
    },
  })
