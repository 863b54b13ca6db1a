/** Which objects a list or watch is about: by name, labels and fields. */
import type { Call } from '../call.ts'
import { badRequest } from '../refusals.ts'
import { rulesOf } from '../rules/rules.ts'
import { type FieldTerm, type Filter, fieldTerms, fieldText, labelFilter } from '../selectors.ts'
import type { Served } from '../served.ts'

const always = ['metadata.name', 'metadata.namespace']

/** Undefined when everything is selected. Throws Refusal. */
export function selection({ served, query, name }: Call): Filter | undefined {
  const byLabels = labelFilter(query.labelSelector)
  const terms = fieldTerms(query.fieldSelector)
  for (const term of terms) requireKnown(served, term)
  const fields = [...terms, ...(name === undefined ? [] : [{ path: 'metadata.name', value: name, equal: true }])]
  if (fields.length === 0) return byLabels
  const byFields: Filter = object => fields.every(({ path, value, equal }) => (fieldOf(object, path) === value) === equal)
  return byLabels ? object => byLabels(object) && byFields(object) : byFields
}

/** Truth values that are not there count as false. */
function fieldOf(object: Parameters<Filter>[0], path: string): string {
  const text = fieldText(object, path)
  return text === '' && (path === 'spec.unschedulable' || path === 'spec.hostNetwork') ? 'false' : text
}

function requireKnown(served: Served, { path }: FieldTerm): void {
  const custom = served.custom?.version.selectableFields?.map(({ jsonPath }) => jsonPath.replace(/^\./, ''))
  const more = custom ?? rulesOf(served).selectable ?? []
  if (always.includes(path) || more.includes(path)) return
  if (served.custom || more.length > 0) throw badRequest(`field label not supported: ${path}`)
  throw badRequest(`${JSON.stringify(path)} is not a known field selector: only ${always.map(each => JSON.stringify(each)).join(', ')}`)
}
