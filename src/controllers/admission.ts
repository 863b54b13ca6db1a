/** Admission policies that stand in for Calico's aggregated API server where its resources are CRDs, in the version that is served; only with `-manage-crds`. */
import { ownBpfEnabled } from '../installation/felix.ts'
import { calicoKinds } from '../installation/kinds.ts'
import { readServedAdmission } from '../installation/served-admission.ts'
import type { KubeObject } from '../kube/objects.ts'
import { defineController } from '../reconcile/controller.ts'
import { admissionPolicies } from '../render/admission/admission.ts'
import { identified } from '../render/identity.ts'
import { installation, readAsked, readDecision } from './asked.ts'
import type { Surroundings } from './surroundings.ts'

export const admission = ({ environment }: Surroundings) =>
  defineController({
    name: 'admission',
    serves: installation,
    reports: 'calico',

    async read(cluster) {
      const [asked, felix] = await Promise.all([readAsked(cluster), cluster.get(calicoKinds(environment.v3).felix, 'default')])
      if (asked?.base.metadata.deletionTimestamp) return 'leaving' as const
      // Calico was here, and is gone: they went with it.
      if (!asked && felix?.metadata.annotations?.[ownBpfEnabled] !== undefined) return undefined
      const served = await readServedAdmission(cluster, environment)
      const { calico } = (asked && (await readDecision(cluster, environment, asked))) ?? {}
      return { owner: calico?.owner, served }
    },

    desired(read) {
      if (read === 'leaving') return {}
      const { owner, served } = read
      const objects: KubeObject[] = admissionPolicies(served)
      // They guard what users write from the first day on, whether there is a Calico yet that they belong to or not.
      if (!owner) return { objects: objects.map(object => ({ object, createOnly: true })) }
      return { objects: objects.map(object => identified(object, { owner, operator: environment.operator.name })) }
    },
  })
