/** Which admission policies the API server knows, and in which version. Only reads. */
import { APIService } from '../kube/kinds.ts'
import type { Kind } from '../kube/objects.ts'
import type { Reader } from '../reconcile/controller.ts'
import type { Environment } from './facts.ts'

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

/** All kinds in all versions, the newest first: which of them there are, only a cluster tells. */
export const admissionKinds: readonly Kind[] = versions.flatMap(version =>
  (Object.keys(plurals) as (keyof typeof plurals)[]).map(kind => kindIn(version, kind)),
)

/** The version in which the API server serves each kind; undefined where it does not. */
export interface ServedAdmission {
  readonly mutating?: string
  readonly validating?: string
}

export async function readServedAdmission(cluster: Reader, { kubernetes }: Environment): Promise<ServedAdmission> {
  const groupVersions = await cluster.derive('versions of admission policies', APIService, versionsIn)
  const first = async (kind: PolicyKind) => {
    const among = groupVersions.filter(version => (kubernetes?.minor ?? 0) >= since[kind][version])
    for (const version of among) if (await cluster.serves(kindIn(version, kind))) return version
    return undefined
  }
  const [mutating, validating] = await Promise.all([first('MutatingAdmissionPolicy'), first('ValidatingAdmissionPolicy')])
  return { mutating, validating }
}

/** Whether admission policies of ours label every policy with its tier. */
export async function labelsTiers(cluster: Reader, environment: Environment): Promise<boolean> {
  if (!environment.v3 || !environment.manageCrds) return false
  return (await readServedAdmission(cluster, environment)).mutating !== undefined
}

/** An APIService stands for each version of each group that is served. */
const versionsIn = (services: APIService[]): Version[] =>
  versions.filter(version => services.some(({ spec }) => spec?.group === group && spec.version === version))
