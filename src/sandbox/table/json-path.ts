/** JSONPath as printer columns and kubectl use it: fields, indices, `[*]`, and filters that compare with a constant. https://kubernetes.io/docs/reference/kubectl/jsonpath/ */

type Step = { field: string } | { index: number } | 'all' | { field: string[]; equals: string | number | boolean }

const cache = new Map<string, Step[] | undefined>()

/** All values at a path; none when there is nothing, or the path cannot be read. */
export function valuesAt(object: unknown, path: string): unknown[] {
  if (!cache.has(path)) cache.set(path, read(path))
  const steps = cache.get(path)
  if (!steps) return []
  let values: unknown[] = [object]
  for (const step of steps) values = values.flatMap(value => taken(value, step)).filter(value => value !== undefined && value !== null)
  return values
}

const field = /^\.([A-Za-z0-9_-](?:\\\.|[A-Za-z0-9_/-])*)/
const quotedField = /^\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/
const index = /^\[(-?\d+)\]/
const everything = /^(?:\.\*|\[\*\])/
const filter = /^\[\?\(\s*@((?:\.[\w-]+)+)\s*==\s*(?:'([^']*)'|"([^"]*)"|([\w.-]+))\s*\)\]/

const readers: [pattern: RegExp, step: (match: RegExpExecArray) => Step][] = [
  [field, ([, name = '']) => ({ field: name.replaceAll('\\.', '.') })],
  [quotedField, ([, single, double]) => ({ field: (single ?? double ?? '').replaceAll(/\\(.)/g, '$1') })],
  [index, ([, number]) => ({ index: Number(number) })],
  [everything, () => 'all'],
  [
    filter,
    ([, names = '', single, double, bare]) => ({ field: names.slice(1).split('.'), equals: single ?? double ?? constant(bare ?? '') }),
  ],
]

/** Undefined when the path cannot be read. */
function read(path: string): Step[] | undefined {
  const steps: Step[] = []
  let rest = path
  while (rest !== '') {
    const [match, step] = readers.map(([pattern, make]) => [pattern.exec(rest), make] as const).find(([found]) => found) ?? []
    if (!match || !step) return undefined
    steps.push(step(match))
    rest = rest.slice(match[0].length)
  }
  return steps
}

function constant(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return Number.isNaN(Number(text)) ? text : Number(text)
}

function taken(value: unknown, step: Step): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if (step === 'all') return Object.values(value)
  if ('index' in step) return Array.isArray(value) ? [value.at(step.index)] : []
  if ('equals' in step)
    return Object.values(value).filter(item => step.field.reduce<unknown>((at, name) => own(at, name), item) === step.equals)
  return [own(value, step.field)]
}

const own = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
