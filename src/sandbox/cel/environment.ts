/** CEL as Kubernetes speaks it: cel-js with the API server's own functions. Compiles and evaluates; never reads the cluster. */
import { Environment, Optional } from '@marcbachmann/cel-js'
import { registerLists } from './lists.ts'
import { rewriteLiterals } from './literals.ts'
import { registerNet } from './net.ts'
import { registerNumbers } from './numbers.ts'
import { registerText } from './text.ts'

/** A compiled expression. Throws CelError when it cannot be evaluated. */
export type Program = (values: Record<string, unknown>) => unknown

/** An expression that does not compile, or cannot be evaluated with the values it was given. */
export class CelError extends Error {
  override name = 'CelError'
  /** Whether the expression itself is wrong, whatever the values. */
  readonly compiling: boolean
  constructor(message: string, compiling: boolean) {
    super(message)
    this.compiling = compiling
  }
}

let base: Environment | undefined
const environments = new Map<string, Environment>()
const programs = new Map<string, Program>()

/**
 * The program of an expression over variables of those names. The same one each time.
 * Throws CelError when it does not parse. Types are checked while evaluating: schemas are not told to CEL.
 * https://kubernetes.io/docs/reference/using-api/cel/
 */
export function compile(expression: string, variables: string[]): Program {
  const names = variables.join(',')
  const key = `${names}\n${expression}`
  const known = programs.get(key)
  if (known) return known
  const program = compiled(expression, environment(names, variables))
  programs.set(key, program)
  return program
}

function compiled(expression: string, environment: Environment): Program {
  const parsed = attempt(() => environment.parse(rewriteLiterals(expression)), true)
  const { error } = parsed.check()
  // Other complaints about types may be wrong, for everything is dynamic here.
  if (error?.code === 'unknown_variable') {
    const name = error.summary.replace('Unknown variable: ', '')
    throw new CelError(`undeclared reference to '${name}' (in container '')`, true)
  }
  return values => attempt(() => parsed(values) as unknown, false)
}

function attempt<T>(run: () => T, compiling: boolean): T {
  try {
    return run()
  } catch (error) {
    throw new CelError(messageOf(error), compiling)
  }
}

/** The library's messages show the source below them; the server's are one line. */
function messageOf(error: unknown): string {
  const { summary, message = String(error) } = error as { summary?: string; message?: string }
  const text = summary ?? message.split('\n')[0]!
  return text
    .replace(/^No such key: /, 'no such key: ')
    .replace(/^no matching overload found|^found no matching overload/, 'no such overload')
}

function environment(names: string, variables: string[]): Environment {
  const known = environments.get(names)
  if (known) return known
  base ??= create()
  const made = base.clone()
  for (const name of variables) made.registerVariable(name, 'dyn')
  environments.set(names, made)
  return made
}

function create(): Environment {
  const environment = new Environment({ unlistedVariablesAreDyn: false, homogeneousAggregateLiterals: false, enableOptionalTypes: true })
  for (const register of [registerText, registerLists, registerNumbers, registerNet]) register(environment)
  return environment
}

/** An optional of CEL, for `optionalOldSelf`. */
export const optional = (value: unknown): unknown => (value === undefined ? Optional.none() : Optional.of(value))
