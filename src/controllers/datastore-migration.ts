/**
 * What a DatastoreMigration means for the API server: while data moves nothing of it is touched, and when it has moved the operator starts anew in the other mode
 * (spec/apiserver-tiers-webhooks.md §3.2). Moves no data.
 */
import { DatastoreMigration } from '../../api/datastore-migration.ts'
import type { OperatorIdentity } from '../installation/calico.ts'
import { APIService, Deployment } from '../kube/kinds.ts'
import { groupOf, type Kind, type KubeObject, type ObjectRef, refOf } from '../kube/objects.ts'
import type { Outcome, Reader, Wanted } from '../reconcile/controller.ts'
import type { Problem } from '../reconcile/problems.ts'

export interface Moving {
  migration: DatastoreMigration
  /** Undefined where the operator runs elsewhere. */
  operator?: Deployment
  identity: OperatorIdentity
}

/** The migration that is under way, or over while this process still works on the older store; undefined when there is none. */
export async function readMoving(
  cluster: Reader,
  { operator: identity, v3 }: { operator: OperatorIdentity; v3: boolean },
): Promise<Moving | undefined> {
  const group = groupOf(DatastoreMigration.apiVersion)
  // A kind is only asked for where its group is, because asking opens a watch.
  const served = await cluster.derive('whether data can be moved', APIService, services =>
    services.some(({ spec }) => spec?.group === group),
  )
  if (!served) return undefined
  const all = await cluster.list(DatastoreMigration)
  const migration =
    all.find(({ status }) => status?.phase === 'Migrating') ?? (v3 ? undefined : all.find(({ status }) => status?.phase === 'Converged'))
  return migration && { migration, operator: await cluster.get(Deployment, identity.name, identity.namespace), identity }
}

/** Nothing goes, whatever `makes` there is of. */
export function standstill({ migration, operator, identity }: Moving, makes: readonly Kind[]): Outcome {
  const { name } = migration.metadata
  const keeps = { kinds: makes }
  if (migration.status?.phase === 'Migrating')
    return { keeps, awaited: [`DatastoreMigration ${name} moves data: until it is done nothing of the API server is changed`] }
  const problems = operator ? obstacles(operator) : [withoutDeployment(name, identity)]
  return {
    keeps,
    objects: operator && problems.length === 0 ? [inOtherMode(operator)] : [],
    problems,
    awaited: [`DatastoreMigration ${name} has moved all data: the operator starts anew to use it`],
  }
}

const variable = 'CALICO_API_GROUP'
const value = 'projectcalico.org/v3'

/** The operator's own Deployment, with one variable more for each container, by which it is rolled out. */
function inOtherMode({ apiVersion, kind, metadata: { name, namespace, uid }, spec }: Deployment): Wanted {
  const containers = (spec?.template.spec?.containers ?? []).map(container => ({ name: container.name, env: [{ name: variable, value }] }))
  const object = { apiVersion, kind, metadata: { name, namespace, uid }, spec: { template: { spec: { containers } } } }
  return { object: object as KubeObject, part: true }
}

/** What somebody has set is not ours to change. */
function obstacles(operator: Deployment): Problem[] {
  const containers = operator.spec?.template.spec?.containers ?? []
  return containers.flatMap(({ name, env = [] }) => {
    const set = env.find(each => each.name === variable)
    if (!set || set.value === value) return []
    return {
      reason: 'ResourceUpdateError' as const,
      message: `${variable} is ${JSON.stringify(set.value ?? set.valueFrom)}, so that the operator would go on with the store that is no longer used`,
      object: refOf(operator),
      path: `spec.template.spec.containers[${name}].env[${variable}]`,
      remedy: `Take it away, or write ${value}`,
    }
  })
}

const withoutDeployment = (migration: string, { name, namespace }: OperatorIdentity): Problem => ({
  reason: 'ResourceNotFound',
  message: `DatastoreMigration ${migration} has moved all data, and there is no Deployment by which the operator could be started anew`,
  object: { apiVersion: 'apps/v1', kind: 'Deployment', name, namespace } satisfies ObjectRef,
  remedy: `Start the operator anew with ${variable}=${value}`,
})
