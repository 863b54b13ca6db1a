/** What was asked of Calico as a whole: the Installation, its overlay, and what follows from both. Read by every controller that serves it. */
import { Installation } from '../../api/installation.ts'
import type { Calico } from '../installation/calico.ts'
import { type Asked, type Environment, type Facts, heard, installationRef, specOf } from '../installation/facts.ts'
import type { Imported } from '../installation/imported.ts'
import { overlaid } from '../installation/overlay.ts'
import type { PoolDecision } from '../installation/pools/decide.ts'
import { readFacts } from '../installation/read.ts'
import { isSet, resolve } from '../installation/resolve.ts'
import { readImported } from '../migration/manifests/read.ts'
import type { Controller, Reader } from '../reconcile/controller.ts'
import { Invalid, type Problem } from '../reconcile/problems.ts'

/** Whom these controllers serve. */
export const installation: Controller['serves'] = { kind: Installation, name: 'default' }

/** Undefined when there is no Installation. */
export async function readAsked(cluster: Reader): Promise<Asked | undefined> {
  const [base, overlay] = await Promise.all([cluster.get(Installation, 'default'), cluster.get(Installation, 'overlay')])
  return base && heard(base, overlay)
}

/** For those that say so when there is no Installation; others are silent. */
export const withoutInstallation: Problem = {
  reason: 'ResourceNotFound',
  message: 'Installation not found',
  object: installationRef,
  remedy: 'Create an Installation named default',
}

/** What was found, and what was decided about it: a Calico, or why there can be none. */
export interface Decision {
  asked: Asked
  facts: Facts
  calico?: Calico
  /** Which IP pools there shall be; decided with the rest, kept by a controller of its own, sometimes before there can be a Calico. */
  pools?: PoolDecision
  problems: Problem[]
}

export async function readDecision(cluster: Reader, environment: Environment, written: Asked): Promise<Decision> {
  const imported = await readImported(cluster, written.base, environment)
  const asked = imported ? withImport(written, imported) : written
  const found = await readFacts(cluster, environment, asked)
  const facts = { ...found, servicesEndpoint: found.servicesEndpoint ?? imported?.servicesEndpoint }
  const resolved = resolve(asked, facts)
  const problems = [...(imported?.problems ?? []), ...('problems' in resolved ? sourced(resolved.problems, written, imported) : [])]
  const { pools } = resolved
  if (imported?.problems?.length) return { asked, facts, problems }
  return 'calico' in resolved ? { asked, facts, ...resolved, problems } : { asked, facts, ...(pools && { pools }), problems }
}

/**
 * The decision as everything stands by it that is not the Installation's own: one that has become invalid holds up nothing else, so what was decided last counts until it is
 * put right. Undecided when nothing ever was.
 */
export async function readStanding(cluster: Reader, environment: Environment, asked: Asked): Promise<Decision> {
  const decision = await readDecision(cluster, environment, asked)
  const { computed: spec } = asked.base.status ?? {}
  if (decision.calico || !spec) return decision
  // It may have been decided by an operator that knows more than this one.
  const last = resolve(heard({ ...asked.base, spec }), decision.facts)
  return 'calico' in last ? { ...decision, ...last, problems: [] } : decision
}

/** What is written counts first. */
const withImport = (asked: Asked, imported: Imported): Asked => ({
  ...asked,
  base: { ...asked.base, spec: overlaid(imported.spec, asked.base.spec) },
  imported,
})

/** Where a field is wrong that nobody wrote, it is said whose it is. */
function sourced(problems: readonly Problem[], written: Asked, imported: Imported | undefined): Problem[] {
  const spec = specOf(written)
  return problems.map(problem => {
    const { path, message } = problem
    const isImported = imported && path && isSet(imported.spec, path) && !isSet(spec, path)
    return isImported ? { ...problem, message: `${message} (as the installation by manifest has it)` } : problem
  })
}

/** The Calico that was decided. Throws Invalid with everything that is wrong when there is none. */
export function decided({ calico, problems }: Decision): Calico {
  if (!calico) throw new Invalid(problems)
  return calico
}
