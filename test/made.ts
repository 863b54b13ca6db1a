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
export const isOfCrds = ({ name }: Controller): boolean => name === 'crds' || name === 'gatewayapi-crds'

/** A controller that has something to do, and what it wants; where it is stopped that is nothing but its problems. */
export interface Ran {
  controller: Controller
  outcome: Outcome
  stopped: boolean
}

/** A crash of any controller is thrown. `only` says which of them are asked. */
export async function ranOver(cluster: readonly KubeObject[], only: (controller: Controller) => boolean): Promise<Ran[]> {
  const { reader, surroundings } = surroundingsOf(cluster)
  const ran: Ran[] = []
  for (const controller of controllers(surroundings).filter(only)) {
    try {
      const found = await controller.read(reader)
      if (found !== undefined) ran.push({ controller, outcome: controller.desired(found), stopped: false })
    } catch (error) {
      if (!(error instanceof Invalid || error instanceof Waiting)) throw error
      ran.push({ controller, outcome: { problems: [...error.problems] }, stopped: true })
    }
  }
  return ran
}

/** `only` says which controllers are asked; by default all are. */
export async function madeOf(cluster: readonly KubeObject[], only: (controller: Controller) => boolean = () => true): Promise<Made> {
  const made: Made = { objects: [], parts: [], remove: [], problems: [], warnings: [] }
  for (const { outcome } of await ranOver(cluster, each => !isOfCrds(each) && only(each))) add(made, outcome)
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
