/** Admission policies that stand in for Calico's aggregated API server where its resources are CRDs, in the version that is served; only with `-manage-crds`. */
import { ownBpfEnabled } from '../installation/felix.ts'
import { calicoKinds } from '../installation/kinds.ts'
import { APIService } from '../kube/kinds.ts'
import type { Kind, KubeObject } from '../kube/objects.ts'
import { defineController, type Reader } from '../reconcile/controller.ts'
import { admissionPolicies } from '../render/admission/admission.ts'
import { labelled, owned } from '../render/identity.ts'
import { installation, readAsked, readDecision } from './asked.ts'
import type { Surroundings } from './surroundings.ts'

const group = 'admissionregistration.k8s.io'
/** The newest first: the version of a document is that of the first that is served. */
const versions = ['v1', 'v1beta1', 'v1alpha1'] as const
type Version = (typeof versions)[number]
type PolicyKind = 'MutatingAdmissionPolicy' | 'ValidatingAdmissionPolicy'

/** The minor version of Kubernetes 1 that first had the kind in that version: before, nobody need ask. https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/ */
const since: Record<PolicyKind, Record<Version, number>> = {
  MutatingAdmissionPolicy: { v1: 36, v1beta1: 34, v1alpha1: 32 },
  ValidatingAdmissionPolicy: { v1: 30, v1beta1: 28, v1alpha1: 26 },
}

const plurals = {
  MutatingAdmissionPolicy: 'mutatingadmissionpolicies',
  MutatingAdmissionPolicyBinding: 'mutatingadmissionpolicybindings',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
} as const

const kindIn = (version: Version, kind: keyof typeof plurals): Kind => ({
  apiVersion: `${group}/${version}`,
  kind,
  plural: plurals[kind],
  namespaced: false,
})

/** All kinds in all versions: which of them there are, only a cluster tells. */
export const admissionKinds: readonly Kind[] = versions.flatMap(version =>
  (Object.keys(plurals) as (keyof typeof plurals)[]).map(kind => kindIn(version, kind)),
)

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
      const groupVersions = await cluster.derive('versions of admission policies', APIService, versionsIn)
      const first = (kind: PolicyKind) =>
        firstServed(
          cluster,
          kind,
          groupVersions.filter(version => (environment.kubernetes?.minor ?? 0) >= since[kind][version]),
        )
      const [mutating, validating] = await Promise.all([first('MutatingAdmissionPolicy'), first('ValidatingAdmissionPolicy')])
      const { calico } = (asked && (await readDecision(cluster, environment, asked))) ?? {}
      return { owner: calico?.owner, served: { mutating, validating } }
    },

    desired(read) {
      if (read === 'leaving') return {}
      const { owner, served } = read
      const objects: KubeObject[] = admissionPolicies(served)
      // They guard what users write from the first day on, whether there is a Calico yet that they belong to or not.
      if (!owner) return { objects: objects.map(object => ({ object, createOnly: true })) }
      return { objects: objects.map(object => labelled(owned(object, owner), { owner, operator: environment.operator.name })) }
    },
  })

/** An APIService stands for each version of each group that is served. */
const versionsIn = (services: APIService[]): Version[] =>
  versions.filter(version => services.some(({ spec }) => spec?.group === group && spec.version === version))

async function firstServed(cluster: Reader, kind: PolicyKind, among: readonly Version[]): Promise<Version | undefined> {
  for (const version of among) if (await cluster.serves(kindIn(version, kind))) return version
  return undefined
}
