/** What is kept of objects that are many or large, and of which little is ever read: thousands of nodes fit in a few MiB, other people's CRDs in nothing. Reads no cluster. */
import { gatewayDefinitionNames } from '../../api/gateway/definitions.ts'
import { crdNames } from '../../api/index.ts'
import { CustomResourceDefinition, Node, Pod } from '../kube/kinds.ts'
import type { Kind, KubeObject } from '../kube/objects.ts'
import type { Surroundings } from './surroundings.ts'

type Keep = (object: KubeObject, ours: boolean) => KubeObject

/** For `CacheOptions.transform`. What a controller comes to read of these kinds has to be named here. */
export function kept({ environment: { manageCrds, v3 } }: Surroundings): (kind: Kind, object: KubeObject, ours?: boolean) => KubeObject {
  const managed = new Set(manageCrds ? crdNames(v3 ? 'v3' : 'v1') : [])
  // Definitions of Gateway API are everybody's: what others have made is only compared when it is to be replaced, and then needs no comparison.
  const compared = (name: string, ours: boolean) => managed.has(name) || (ours && gatewayDefinitionNames.has(name))
  const table = new Map<string, Keep>([
    [keyOf(Node), object => keptOfNode(object as Node)],
    [keyOf(Pod), object => keptOfPod(object as Pod)],
    [
      keyOf(CustomResourceDefinition),
      (object, ours) => (compared(object.metadata.name, ours) ? object : keptOfDefinition(object as CustomResourceDefinition)),
    ],
  ])
  return (kind, object, ours = false) => table.get(keyOf(kind))?.(object, ours) ?? object
}

const keyOf = ({ apiVersion, kind }: Kind): string => `${apiVersion}/${kind}`

const metadataOf = ({ metadata: { name, uid, resourceVersion, labels } }: KubeObject) => ({ name, uid, resourceVersion, labels })

const keptOfNode = ({ apiVersion, kind, spec: { providerID, unschedulable } = {}, status, ...node }: Node): Node => ({
  apiVersion,
  kind,
  metadata: metadataOf({ apiVersion, kind, ...node }),
  spec: { providerID, unschedulable },
  status: { conditions: readiness(status?.conditions) },
})

/** Whose it is, where, and whether it is ready. */
function keptOfPod({ apiVersion, kind, metadata, spec, status }: Pod): Pod {
  const { name, namespace, uid, resourceVersion, deletionTimestamp, ownerReferences } = metadata
  return {
    ...{ apiVersion, kind },
    metadata: { name, namespace, uid, resourceVersion, deletionTimestamp, ownerReferences },
    spec: { containers: [], nodeName: spec?.nodeName },
    status: { phase: status?.phase, conditions: readiness(status?.conditions) },
  }
}

const readiness = <T extends { type: string; status: string }>(conditions: readonly T[] = []): T[] =>
  conditions.filter(({ type }) => type === 'Ready').map(({ type, status }) => ({ type, status }) as T)

/** Whether it is served, in which versions, and as what. */
function keptOfDefinition(definition: CustomResourceDefinition): CustomResourceDefinition {
  const { apiVersion, kind, spec, status } = definition
  const versions = spec.versions.map(({ name, served, storage }) => ({ name, served, storage }))
  const metadata = metadataOf(definition)
  return { apiVersion, kind, metadata, spec: { group: spec.group, names: spec.names, scope: spec.scope, versions }, status }
}
