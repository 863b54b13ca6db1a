/** A cluster for tests that only read: exactly the objects given, which never change. Every kind is served, and every group that a CRD among them defines has its APIService. */
import { type Kind, type KubeObject, keyOf, refOf } from '../src/kube/objects.ts'
import type { Reader } from '../src/reconcile/controller.ts'

/** `reads` collects what was looked at, as `ConfigMap kube-system/aws-auth`. */
export function readerOf(objects: readonly KubeObject[], reads: string[] = []): Reader {
  const all = [...objects, ...objects.flatMap(apiServicesOf)]
  const byKey = new Map(all.map(object => [keyOf(refOf(object)), object]))
  const listed = <T extends KubeObject>({ apiVersion, kind }: Kind<T>, namespace?: string): T[] =>
    all.filter(
      object =>
        object.apiVersion === apiVersion && object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace),
    ) as T[]
  const note = ({ kind }: Kind, what: string) => reads.push(`${kind} ${what}`)
  return {
    async list(kind, namespace) {
      note(kind, namespace === undefined ? '*' : `${namespace}/*`)
      return listed(kind, namespace)
    },
    async get<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string) {
      note(kind, namespace === undefined ? name : `${namespace}/${name}`)
      const { apiVersion } = kind
      return byKey.get(keyOf({ apiVersion, kind: kind.kind, name, ...(namespace !== undefined && { namespace }) })) as T | undefined
    },
    async serves(kind) {
      note(kind, 'served?')
      return true
    },
    async derive(_name, kind, project) {
      note(kind, '*')
      return project(listed(kind))
    },
  }
}

/** A server makes one for each version of a CRD. */
function apiServicesOf({ kind, spec }: KubeObject & { spec?: { group: string; versions: { name: string }[] } }): KubeObject[] {
  if (kind !== 'CustomResourceDefinition' || !spec) return []
  return spec.versions.map(({ name }) => ({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${name}.${spec.group}` },
    spec: { group: spec.group, version: name },
  }))
}
