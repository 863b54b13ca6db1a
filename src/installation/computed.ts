/** The spec as status.computed publishes it: quantities in one spelling, and nothing that says nothing. Changes no meaning (spec/installation-api.md §11). */
import { Installation, type InstallationSpec } from '../../api/installation.ts'
import type { JsonSchema } from '../../api/schema.ts'
import { canonicalQuantity } from '../kube/quantity.ts'

/**
 * Fields that the schema does not know are left out, and so are empty texts, lists and maps: that is how the reference's typed client writes. An empty object with fields of its
 * own stays, since there it means something.
 */
export const computed = (spec: InstallationSpec): InstallationSpec =>
  (written(spec, Installation.definition.spec.json) ?? {}) as InstallationSpec

/** Undefined when it says nothing. */
function written(value: unknown, schema: JsonSchema): unknown {
  if (value === undefined || value === null || value === '') return undefined
  if (isQuantity(schema)) return canonicalQuantity(value)
  if (Array.isArray(value)) {
    const items = value.map(item => written(item, schema.items ?? {})).filter(item => item !== undefined)
    return items.length > 0 ? items : undefined
  }
  return typeof value === 'object' ? writtenFields(value, schema) : value
}

function writtenFields(value: object, { properties, additionalProperties, required = [] }: JsonSchema): object | undefined {
  const entries = Object.entries(value).flatMap(([field, inner]) => {
    const known = properties?.[field] ?? additionalProperties
    // The empty text is a value of a label; and without a field that must be there the status would be refused.
    const stays = required.includes(field) || (inner === '' && additionalProperties !== undefined)
    const result = known && (written(inner, known) ?? (stays ? inner : undefined))
    return result === undefined ? [] : [[field, result] as const]
  })
  return entries.length > 0 || properties ? Object.fromEntries(entries) : undefined
}

/** What else is an integer or a text, as maxUnavailable is, has no such pattern. */
const isQuantity = (schema: JsonSchema): boolean => schema['x-kubernetes-int-or-string'] === true && schema.pattern !== undefined
