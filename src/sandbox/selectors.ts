/** Label and field selectors of lists and watches. Never lists anything. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
import type { Item } from './objects.ts'
import { badRequest } from './refusals.ts'
import { labelKey, labelValue } from './schema/names.ts'

export type Filter = (object: Item) => boolean

/** Undefined for an empty selector, which selects everything. Throws Refusal. */
export function labelFilter(selector: string | undefined): Filter | undefined {
  if (!selector?.trim()) return undefined
  const requirements = split(selector).map(parseLabel)
  return ({ metadata: { labels = {} } }) => requirements.every(holds => holds(labels))
}

type Labels = Record<string, string>

/** At commas outside parentheses. */
const split = (selector: string) => selector.split(/,(?![^(]*\))/)

const operator = /^\s*([^\s!=<>(),]+)\s*(==|=|!=|>|<|\s(?:in|notin)\b)\s*(.*?)\s*$/
const bare = /^\s*(!?)\s*([^\s!=<>(),]+)\s*$/

/** Throws Refusal. */
function parseLabel(text: string): (labels: Labels) => boolean {
  const [, negated, key] = bare.exec(text) ?? []
  if (key !== undefined) {
    checkWords(labelKey(key), key)
    return labels => Object.hasOwn(labels, key) !== (negated === '!')
  }
  const [, name, sign, value = ''] = operator.exec(text) ?? []
  if (name === undefined || sign === undefined) throw unparsable(`found '${text.trim()}', expected: in, notin, =, ==, !=, gt, lt`)
  checkWords(labelKey(name), name)
  return compared(name, sign.trim(), value)
}

const unparsable = (why: string) => badRequest(`unable to parse requirement: ${why}`)

function checkWords(complaints: string[], value: string): void {
  if (complaints[0] !== undefined) throw unparsable(`<nil>: Invalid value: ${JSON.stringify(value)}: ${complaints[0]}`)
}

function compared(name: string, sign: string, value: string): (labels: Labels) => boolean {
  if (sign === 'in' || sign === 'notin') {
    if (!/^\(.*\)$/.test(value)) throw unparsable(`found '${value}' expected: '('`)
    const values = new Set(
      value
        .slice(1, -1)
        .split(',')
        .map(each => each.trim()),
    )
    return sign === 'in' ? labels => Object.hasOwn(labels, name) && values.has(labels[name]!) : labels => !values.has(labels[name]!)
  }
  if (/[=!<>]/.test(value)) throw unparsable(`found '${value[0]}', expected: identifier`)
  checkWords(labelValue(value), value)
  switch (sign) {
    case '!=':
      return labels => labels[name] !== value
    case '>':
      return labels => Number(labels[name]) > Number(value)
    case '<':
      return labels => Number(labels[name]) < Number(value)
    default:
      return labels => labels[name] === value
  }
}

/** What one field must, or must not, be. */
export interface FieldTerm {
  path: string
  value: string
  equal: boolean
}

/** Throws Refusal. Which fields a kind knows is not checked here. */
export function fieldTerms(selector: string | undefined): FieldTerm[] {
  if (!selector?.trim()) return []
  return selector.split(/(?<!\\),/).map(text => {
    const [, path, sign, value] = /^\s*([^=!]*?)\s*(!=|==|=)(.*)$/.exec(text) ?? []
    if (path === undefined) throw badRequest(`invalid selector: '${selector}'; can't understand '${text}'`)
    return { path, value: value!.trim().replace(/\\([,=\\])/g, '$1'), equal: sign !== '!=' }
  })
}

/** A field by its path, as text; nothing is the empty text. */
export function fieldText(object: unknown, path: string): string {
  let at: unknown = object
  for (const name of path.split('.')) at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined
  return at === undefined || at === null ? '' : String(at)
}
