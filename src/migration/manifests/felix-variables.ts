/**
 * Variables of Felix that nothing else has looked at: Felix reads the same settings from FelixConfiguration, where each goes under the name of its field (spec/namespace-migration.md §A.4).
 * Pure; the fields are those of the schema.
 */
import type { JsonSchema } from '../../../api/schema.ts'
import { FelixConfiguration } from '../../../api/v3/felix-configuration.ts'
import type { Examination, Taken } from './examination.ts'
import { workloads } from './manifest.ts'

const prefix = 'FELIX_'
const fields = FelixConfiguration.definition.spec.json.properties ?? {}
const byName = new Map(Object.keys(fields).map(name => [name.toLowerCase(), name]))

/** What these say is what they say when they are not there, and the schema spells it otherwise. */
const sayNothing = new Map([['iptablesbackend', 'auto']])

export function felixVariables(seen: Examination): Taken {
  const { name: container } = workloads.node
  const variables = seen.unseen().filter(each => each.container === container && each.variable.name.startsWith(prefix))
  const felix = variables.flatMap(({ variable: { name } }) => {
    const value = seen.value(name)
    return value === undefined ? [] : fieldOf(seen, name, value)
  })
  return { felix: Object.fromEntries(felix) }
}

/** What it says stays out of messages: some are keys. */
function fieldOf(seen: Examination, variable: string, text: string): [string, unknown][] {
  const short = variable.slice(prefix.length).toLowerCase()
  const field = byName.get(short)
  if (sayNothing.get(short) === text.toLowerCase()) return []
  const value = field === undefined ? undefined : valueFrom(withUnit(short, text), fields[field] ?? {})
  if (field !== undefined && value !== undefined) return [[field, value]]
  const what =
    field === undefined ? 'FelixConfiguration has no field of this name' : `it is no value for the field ${field} of FelixConfiguration`
  const remedy = field === undefined ? 'Remove it' : `Remove it, and set the field in FelixConfiguration default where it is needed`
  seen.refuse({ path: seen.pathOf(variable), message: `${variable} cannot be taken over: ${what}`, remedy })
  return []
}

/** Felix took this one in seconds. */
const withUnit = (short: string, text: string): string => (short === 'iptablesrefreshinterval' && /^\d+$/.test(text) ? `${text}s` : text)

/** Undefined when the text cannot be that. */
function valueFrom(text: string, schema: JsonSchema): unknown {
  if (schema['x-kubernetes-int-or-string'] || schema.anyOf) return portRange(text)
  switch (schema.type) {
    case 'boolean':
      return truths[text.toLowerCase()]
    case 'integer':
      return integer(text, schema)
    case 'string':
      return word(text, schema)
    case 'array':
      return listOf(text, schema.items ?? {})
    case 'object':
      return schema.properties?.min && schema.properties.max ? range(text) : undefined
    default:
      return undefined
  }
}

/** As Felix understands them. */
const truths: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  yes: true,
  y: true,
  t: true,
  false: false,
  '0': false,
  no: false,
  n: false,
  f: false,
}

function integer(text: string, { minimum = -Infinity, maximum = Infinity }: JsonSchema): number | undefined {
  const number = /^(-?\d+|0x[\da-f]+)$/i.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(number) && number >= minimum && number <= maximum ? number : undefined
}

/** Felix does not look at case, and the API server does. */
function word(text: string, { enum: words, pattern }: JsonSchema): string | undefined {
  if (words) return words.map(String).find(each => each.toLowerCase() === text.toLowerCase())
  if (pattern === undefined) return text
  const [flags, source] = pattern.startsWith('^(?i)') ? ['i', pattern.replace('(?i)', '')] : ['', pattern]
  return new RegExp(source, flags).test(text) ? text : undefined
}

function listOf(text: string, items: JsonSchema): unknown[] | undefined {
  const parts = text === '' || text.toLowerCase() === 'none' ? [] : text.split(',').map(part => part.trim())
  const values = parts.map(part => (items.properties?.port ? hostPort(part) : valueFrom(part, items)))
  return values.includes(undefined) ? undefined : values
}

/** `tcp:22`, `udp:10.0.0.0/8:68`, `22`. */
function hostPort(text: string): object | undefined {
  const [, protocol = 'tcp', net, port] = /^(?:(tcp|udp|sctp):)?(?:\[?([\da-f.:]+\/\d+)\]?:)?(\d+)$/i.exec(text) ?? []
  const number = Number(port)
  return port !== undefined && number <= 65_535 ? { protocol, port: number, ...(net && { net }) } : undefined
}

/** `1024:65535`, or one port. */
const portRange = (text: string): number | string | undefined =>
  /^\d+$/.test(text) ? Number(text) : /^\d+:\d+$/.test(text) ? text : undefined

/** `1-250`. */
function range(text: string): object | undefined {
  const [, min, max] = /^(\d+)-(\d+)$/.exec(text) ?? []
  return max === undefined ? undefined : { min: Number(min), max: Number(max) }
}
