/** Judges objects of built-in kinds: the rules that operators run into, in the server's words. A table by kind; each rule is in the file of its subject. */
import type { KubeObject } from '../../../kube/objects.ts'
import { builtinResources } from '../../../kube/resources.ts'
import type { FieldError } from '../field-errors.ts'
import { checkMetadata, checkMetadataUpdate } from '../metadata.ts'
import { dns1035Label, dnsLabel, dnsSubdomain, type NameRule, pathSegment } from '../names.ts'

/** What is wrong with an object; `old` is the one it takes the place of. */
export type Rule = (object: never, old: never | undefined) => FieldError[]

/** Names are DNS subdomains, but for these. */
const nameRules: Record<string, NameRule> = {
  Namespace: dnsLabel,
  Service: dns1035Label,
  Role: pathSegment,
  RoleBinding: pathSegment,
  ClusterRole: pathSegment,
  ClusterRoleBinding: pathSegment,
  APIService: pathSegment,
}

const namespaced = new Map(
  builtinResources.map(({ group, version, kind, namespaced }) => [`${group ? `${group}/` : ''}${version}/${kind}`, namespaced]),
)

/** Everything wrong with an object that has its defaults. Of a status only the metadata is judged. */
export function checkBuiltin(object: KubeObject, old: KubeObject | undefined, subresource: 'status' | undefined): FieldError[] {
  const { apiVersion, kind } = object
  const inNamespaces = namespaced.get(`${apiVersion}/${kind}`) ?? false
  const metadata = old
    ? checkMetadataUpdate(object, old)
    : checkMetadata(object, { namespaced: inNamespaces, name: nameRules[kind] ?? dnsSubdomain })
  if (subresource === 'status') return metadata
  return metadata
}
