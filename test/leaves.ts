/** Every single field that a resource's schema has, each with specs that set it and specs that do not but are otherwise the same. Judges nothing. */
import type { JsonSchema } from '../api/schema.ts'

/** `[]` steps into the items of a list, `{}` into the values of a map. */
export interface Leaf {
  readonly path: string
  readonly steps: readonly string[]
  readonly schema: JsonSchema
}

/** In the order of the schema. `stop` ends the way down early: what is below is one leaf. */
export function leavesOf(schema: JsonSchema, stop: (path: string) => boolean = () => false, steps: readonly string[] = []): Leaf[] {
  const path = steps.join('.').replaceAll('.[]', '[]').replaceAll('.{}', '{}')
  const below = Object.entries(schema.properties ?? {}).map(([name, field]) => [name, field] as const)
  const inner = schema.items
    ? [['[]', schema.items] as const]
    : schema.additionalProperties
      ? [['{}', schema.additionalProperties] as const]
      : below
  return inner.length === 0 || stop(path)
    ? [{ path, steps, schema }]
    : inner.flatMap(([step, field]) => leavesOf(field, stop, [...steps, step]))
}

/** Good values by the name of the field, or by that of what it is in and its own; of others by their type. */
export type Samples = Readonly<Record<string, readonly unknown[]>>

/** What the leaf may be, each of them in order. */
export function samplesOf({ schema, steps }: Leaf, samples: Samples): readonly unknown[] {
  const [field = '', list = ''] = steps.filter(step => step !== '[]' && step !== '{}').toReversed()
  const known = samples[`${list}.${field}`] ?? samples[field]
  if (known) return known
  if (schema.enum) return schema.enum
  if (schema['x-kubernetes-int-or-string']) return [7, 8]
  switch (schema.type) {
    case 'integer':
      return [7, 8]
    case 'boolean':
      return [true, false]
    case 'string':
      return ['sample', 'other']
    default:
      return [filled(schema, { name: field, samples }) ?? {}]
  }
}

/** What must be there beside it, and no more. */
function filled(schema: JsonSchema, { name, samples }: { name: string; samples: Samples }): unknown {
  if (schema.type === 'array') return []
  const fields = (schema.required ?? []).map(field => {
    const own = schema.properties?.[field] ?? {}
    const isWhole = own.type === 'object' || own.type === 'array'
    return [field, isWhole ? filled(own, { name: field, samples }) : samplesOf({ path: '', steps: [name, field], schema: own }, samples)[0]]
  })
  return Object.fromEntries(fields)
}

/** The least spec that has this leaf with this value; without a value, the same without the leaf. */
export function specWith(
  root: JsonSchema,
  { steps }: Pick<Leaf, 'steps'>,
  { value, samples }: { value?: unknown; samples: Samples },
): object {
  return (placed(root, steps, { value, samples, name: '' }) ?? {}) as object
}

interface Placing {
  readonly value: unknown
  readonly samples: Samples
  readonly name: string
}

function placed(schema: JsonSchema, steps: readonly string[], { value, samples, name }: Placing): unknown {
  const [step, ...rest] = steps
  if (step === undefined) return value
  if (step === '[]') {
    const item = placed(schema.items ?? {}, rest, { value, samples, name })
    return item === undefined ? [] : [item]
  }
  if (step === '{}') {
    const inner = placed(schema.additionalProperties ?? {}, rest, { value, samples, name })
    return inner === undefined ? {} : { [String(samples[`${name}{}`]?.[0] ?? 'sample')]: inner }
  }
  const own = placed(schema.properties?.[step] ?? {}, rest, { value, samples, name: step })
  const all = { ...(filled({ ...schema, type: 'object' }, { name, samples }) as object), ...(own !== undefined && { [step]: own }) }
  return all
}
