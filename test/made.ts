/** What all controllers make of a cluster that lies still: one pass over given objects, and nothing written. */
import { controllers } from '../src/controllers/index.ts'
import type { KubeObject } from '../src/kube/objects.ts'
import type { Controller, Outcome, Wanted } from '../src/reconcile/controller.ts'
import { Invalid, type Problem, Waiting } from '../src/reconcile/problems.ts'
import { surroundingsOf } from './surroundings.ts'

export interface Made {
  /** Whole objects, and parts of such as are somebody else's. */
  objects: KubeObject[]
  parts: KubeObject[]
  remove: NonNullable<Outcome['remove']>
  problems: Problem[]
  warnings: string[]
}

/** CRDs are made elsewhere. */
const isOfCrds = ({ name }: Controller): boolean => name === 'crds' || name === 'gatewayapi-crds'

/** A crash of any controller is thrown. `only` says which of them are asked; by default all are. */
export async function madeOf(cluster: readonly KubeObject[], only: (controller: Controller) => boolean = () => true): Promise<Made> {
  const { reader, surroundings } = surroundingsOf(cluster)
  const made: Made = { objects: [], parts: [], remove: [], problems: [], warnings: [] }
  for (const controller of controllers(surroundings).filter(each => !isOfCrds(each) && only(each))) {
    const found = await controller.read(reader)
    if (found === undefined) continue
    try {
      add(made, controller.desired(found))
    } catch (error) {
      if (!(error instanceof Invalid || error instanceof Waiting)) throw error
      made.problems.push(...error.problems)
    }
  }
  return made
}

function add(made: Made, { objects = [], remove = [], problems = [], warnings = [] }: Outcome): void {
  const isPart = (one: KubeObject | Wanted): one is Wanted => !('kind' in one) && one.part === true
  const itself = (one: KubeObject | Wanted): KubeObject => ('kind' in one ? one : one.object)
  made.objects.push(...objects.filter(one => !isPart(one)).map(itself))
  made.parts.push(...objects.filter(isPart).map(itself))
  made.remove.push(...remove)
  made.problems.push(...problems)
  made.warnings.push(...warnings)
}

/** A cluster with this in the place of what it has of that name. */
export const withResource = (cluster: readonly KubeObject[], resource: KubeObject): KubeObject[] => [
  ...cluster.filter(
    ({ apiVersion, kind, metadata }) =>
      !(kind === resource.kind && apiVersion === resource.apiVersion && metadata.name === resource.metadata.name),
  ),
  resource,
]
