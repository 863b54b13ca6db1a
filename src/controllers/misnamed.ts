/** Resources that ask for something under a name that nobody answers to, although the API server takes it: each is told so in its own status. Makes nothing for them. */
import { Installation } from '../../api/installation.ts'
import { ManagementClusterConnection } from '../../api/managementclusterconnection.ts'
import { type Kind, type KubeObject, refOf } from '../kube/objects.ts'
import { defineController, type Wanted } from '../reconcile/controller.ts'
import type { Problem } from '../reconcile/problems.ts'

interface Heard {
  kind: Kind
  /** That somebody answers to. */
  name: string
  /** Counts too, but only beside that one. */
  beside?: string
}

/** APIServers of either name are answered, and of the other kinds the API server takes one name only. */
const heard: readonly Heard[] = [
  { kind: Installation, name: 'default', beside: 'overlay' },
  { kind: ManagementClusterConnection, name: 'tigera-secure' },
]

interface Conditioned extends KubeObject {
  status?: { conditions?: object[] }
}

interface Told {
  resource: Conditioned
  /** Undefined when it was told once, and is heard by now. */
  problem?: Problem
}

export const misnamed = () =>
  defineController<Told[]>({
    name: 'misnamed',

    async read(cluster) {
      const lists = await Promise.all(heard.map(async row => ({ row, all: (await cluster.list(row.kind)) as Conditioned[] })))
      return lists.flatMap(({ row, all }) => all.flatMap(resource => judged(resource, row, all)))
    },

    desired(all) {
      return { objects: all.map(told), problems: all.flatMap(({ problem }) => problem ?? []) }
    },
  })

function judged(resource: Conditioned, { name, beside }: Heard, all: readonly KubeObject[]): Told[] {
  const { name: its } = resource.metadata
  if (its === name) return []
  if (its !== beside) return [{ resource, problem: unanswered(resource, name) }]
  if (!all.some(({ metadata }) => metadata.name === name)) return [{ resource, problem: alone(resource, name) }]
  return resource.status?.conditions?.length ? [{ resource }] : []
}

const unanswered = (resource: KubeObject, name: string): Problem => ({
  reason: 'InvalidConfigurationError',
  message: `nothing is done for it: of this kind only the one named ${name} counts`,
  object: refOf(resource),
  path: 'metadata.name',
  remedy: `Create it anew under the name ${name}, and delete this one`,
})

const alone = (resource: KubeObject, name: string): Problem => ({
  reason: 'ResourceNotFound',
  message: `nothing is done for it: it only counts beside the ${resource.kind} named ${name}, and there is none`,
  object: refOf(resource),
  path: 'metadata.name',
  remedy: `Create the ${resource.kind} named ${name}`,
})

/** It has been so since it was made, whenever that is looked at. */
function told({ resource, problem }: Told): Wanted {
  const { apiVersion, kind, metadata } = resource
  const { reason, message } = problem
    ? { reason: problem.reason, message: `${problem.path}: ${problem.message}. ${problem.remedy}` }
    : { reason: 'AllObjectsAvailable', message: 'it is heard' }
  const condition = (type: string, is: boolean) => ({
    ...{ type, status: is ? 'True' : 'False', reason, message },
    lastTransitionTime: metadata.creationTimestamp,
  })
  const status = { conditions: [condition('Ready', !problem), condition('Degraded', problem !== undefined)] }
  return { object: { apiVersion, kind, metadata: { name: metadata.name, uid: metadata.uid }, status } as KubeObject, subresource: 'status' }
}
