/** A cluster for tests that only read: exactly the objects given, which never change. */
import { type KubeObject, keyOf, refOf } from '../src/kube/objects.ts'
import type { Reader } from '../src/reconcile/controller.ts'

export function readerOf(objects: readonly KubeObject[]): Reader {
  const byKey = new Map(objects.map(object => [keyOf(refOf(object)), object]))
  const list: Reader['list'] = async <T extends KubeObject>(
    { apiVersion, kind }: { apiVersion: string; kind: string },
    namespace?: string,
  ) =>
    objects.filter(
      object =>
        object.apiVersion === apiVersion && object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace),
    ) as T[]
  return {
    list,
    get: async <T extends KubeObject>({ apiVersion, kind }: { apiVersion: string; kind: string }, name: string, namespace?: string) =>
      byKey.get(keyOf({ apiVersion, kind, name, ...(namespace !== undefined && { namespace }) })) as T | undefined,
    serves: async () => true,
    derive: async (_name, kind, project) => project(await list(kind)),
  }
}
