/** What every Kubernetes object has, and what names a kind of them. Knows no particular kind. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

/** Who set which fields, by which operation: the record that server-side apply keeps. */
export interface ManagedFieldsEntry {
  manager?: string
  operation?: 'Apply' | 'Update'
  apiVersion?: string
  time?: string
  fieldsType?: string
  fieldsV1?: Record<string, Json>
  subresource?: string
}

export interface ObjectMeta {
  name: string
  namespace?: string
  generateName?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  managedFields?: ManagedFieldsEntry[]
}

export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
}

/** A kind and where the API server keeps it. `of` carries the type of its objects and never has a value. */
export interface Kind<T extends KubeObject = KubeObject> {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  readonly of?: T
}

/** Names one object. */
export interface ObjectRef {
  apiVersion: string
  kind: string
  name: string
  namespace?: string
}

export const refOf = ({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): ObjectRef =>
  namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, name, namespace }

/** A resource as the owner of what is made for it, which goes with it and has no other controller. Without a uid it is of no cluster. */
export const ownerOf = ({ apiVersion, kind, metadata: { name, uid = '' } }: KubeObject): OwnerReference => ({
  ...{ apiVersion, kind, name, uid },
  ...{ controller: true, blockOwnerDeletion: true },
})

/** Whether an object has a condition of this type that holds, from the conditions in its status. */
export const isTrue = (conditions: readonly { type: string; status: string }[] | null | undefined, type: string): boolean =>
  conditions?.some(condition => condition.type === type && condition.status === 'True') ?? false

/** The group of an apiVersion: `apps` of `apps/v1`, the empty string of `v1`. */
export const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '')

/** `daemonsets.apps`: how messages name a kind. */
export const resourceOf = ({ apiVersion, plural }: Kind): string => (groupOf(apiVersion) ? `${plural}.${groupOf(apiVersion)}` : plural)

/** `DaemonSet calico-system/calico-node`: how messages name an object. */
export const describe = ({ kind, namespace, name }: Omit<ObjectRef, 'apiVersion'>): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`

/** `apps/DaemonSet`, `/Secret`: a kind for maps and sets, whatever the version. */
export const groupKindOf = ({ apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>): string => `${groupOf(apiVersion)}/${kind}`

/** A key for maps: equal for equal group, kind, namespace and name, whatever the version. */
export const keyOf = (ref: ObjectRef): string => `${groupKindOf(ref)}/${ref.namespace ?? ''}/${ref.name}`

/** An object of JSON, and no list. */
export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
