/** A cluster that holds exactly the given objects and never changes, for tests that ask what is decided about it. */
import { type Kind, type KubeObject, keyOf, refOf } from '../../kube/objects.ts'
import type { Reader } from '../../reconcile/controller.ts'

type Definition = KubeObject & { spec: { group: string; names: { kind: string }; versions: { name: string }[] } }

/** `reads` collects what was read, as `ConfigMap kube-system/aws-auth`. */
export function clusterOf(objects: readonly KubeObject[], reads: string[] = []): Reader {
  const definitions = objects.filter(({ kind }) => kind === 'CustomResourceDefinition') as Definition[]
  const all = [...objects, ...definitions.flatMap(apiServicesOf)]
  const ofKind = <T extends KubeObject>({ apiVersion, kind }: Kind<T>, namespace?: string): T[] =>
    all.filter(object => object.apiVersion === apiVersion && object.kind === kind && (!namespace || object.metadata.namespace === namespace)) as T[]
  const read = (kind: Kind, where: string) => reads.push(`${kind.kind} ${where}`)
  return {
    async get(kind, name, namespace) {
      read(kind, namespace ? `${namespace}/${name}` : name)
      const key = keyOf({ apiVersion: kind.apiVersion, kind: kind.kind, name, ...(namespace && { namespace }) })
      return ofKind(kind).find(object => keyOf(refOf(object)) === key)
    },
    async list(kind, namespace) {
      read(kind, namespace ? `${namespace}/*` : '*')
      return ofKind(kind, namespace)
    },
    async serves(kind) {
      read(kind, 'served?')
      return definitions.some(
        ({ spec }) => spec.names.kind === kind.kind && spec.versions.some(({ name }) => `${spec.group}/${name}` === kind.apiVersion),
      )
    },
    async derive(_, kind, project) {
      read(kind, '*')
      return project(ofKind(kind))
    },
  }
}

const apiServicesOf = ({ spec }: Definition): KubeObject[] =>
  spec.versions.map(
    ({ name }): KubeObject & { spec: unknown } => ({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `${name}.${spec.group}` },
      spec: { group: spec.group, version: name },
    }),
  )
