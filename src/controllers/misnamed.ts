/** Resources that ask for something under a name that nobody answers to, although the API server takes it: each is told so in its own status. Makes nothing for them. */
import { Installation } from '../../api/installation.ts'
import { ManagementClusterConnection } from '../../api/managementclusterconnection.ts'
import { type Kind, type KubeObject, refOf } from '../kube/objects.ts'
import { defineController, type Wanted } from '../reconcile/controller.ts'
import type { Problem } from '../reconcile/problems.ts'

interface Heard {
  kind: Kind
  /** Names that somebody answers to. */
  names: readonly string[]
}

/** APIServers of either name are answered, and of the other kinds the API server takes one name only. */
const heard: readonly Heard[] = [
  { kind: Installation, names: ['default', 'overlay'] },
  { kind: ManagementClusterConnection, names: ['tigera-secure'] },
]

export const misnamed = () =>
  defineController<{ found: KubeObject; names: readonly string[] }[]>({
    name: 'misnamed',

    async read(cluster) {
      const lists = await Promise.all(heard.map(async ({ kind, names }) => ({ names, all: await cluster.list(kind) })))
      return lists.flatMap(({ names, all }) =>
        all.filter(({ metadata }) => !names.includes(metadata.name)).map(found => ({ found, names: names.slice(0, 1) })),
      )
    },

    desired(all) {
      const problems = all.map(({ found, names }) => unanswered(found, names))
      return { objects: all.map(({ found }, index) => told(found, problems[index]!)), problems }
    },
  })

const unanswered = (object: KubeObject, names: readonly string[]): Problem => ({
  reason: 'InvalidConfigurationError',
  message: `nothing is done for it: of this kind only the one named ${names.join(' or ')} counts`,
  object: refOf(object),
  path: 'metadata.name',
  remedy: `Create it anew under the name ${names[0]}, and delete this one`,
})

/** It has been so since it was made, whenever that is looked at. */
function told(
  { apiVersion, kind, metadata: { name, uid, creationTimestamp } }: KubeObject,
  { reason, message, path, remedy }: Problem,
): Wanted {
  const condition = (type: string, status: 'True' | 'False') => ({
    ...{ type, status, reason, message: `${path}: ${message}. ${remedy}` },
    lastTransitionTime: creationTimestamp,
  })
  const status = { conditions: [condition('Ready', 'False'), condition('Degraded', 'True')] }
  return { object: { apiVersion, kind, metadata: { name, uid }, status } as KubeObject, subresource: 'status' }
}
