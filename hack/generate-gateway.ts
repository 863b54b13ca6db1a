/** Writes api/gateway/gen/definitions.json from the facts of the CRDs of Gateway API and Envoy Gateway. Run it when these change; a test says when it was forgotten. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(import.meta.dirname, '..')
const groups = ['gateway.networking.k8s.io', 'gateway.networking.x-k8s.io', 'gateway.envoyproxy.io']
/** Smaller parts than this, in characters, are written again where they occur. */
const worthSharing = 80

/** The definitions as the facts have them. */
export const gatewayFacts = (): object[] =>
  groups.flatMap(group => JSON.parse(readFileSync(join(root, 'test', 'parity', 'crds-external', `${group}.json`), 'utf8')) as object[])

/** One line for each definition and for each part that several have, so that a difference can be read. What is inside another part comes before it. */
export function packed(definitions: readonly object[]): string {
  const counts = new Map<string, number>()
  for (const definition of definitions) count(definition, counts)
  const indexes = new Map<string, number>()
  const lines: string[] = []
  const pack = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    const text = JSON.stringify(value)
    if (text.length < worthSharing || counts.get(text) === 1) return inside(value)
    const known = indexes.get(text)
    if (known !== undefined) return { $: known }
    const line = JSON.stringify(inside(value))
    indexes.set(text, lines.length)
    lines.push(line)
    return { $: lines.length - 1 }
  }
  const inside = (value: object): unknown =>
    Array.isArray(value) ? value.map(pack) : Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, pack(inner)]))
  const whole = definitions.map(definition => JSON.stringify(inside(definition)))
  return `{"shared":[\n${lines.join(',\n')}\n],\n"definitions":[\n${whole.join(',\n')}\n]}\n`
}

function count(value: unknown, counts: Map<string, number>): void {
  if (typeof value !== 'object' || value === null) return
  const text = JSON.stringify(value)
  counts.set(text, (counts.get(text) ?? 0) + 1)
  for (const inner of Object.values(value)) count(inner, counts)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(join(root, 'api', 'gateway', 'gen', 'definitions.json'), packed(gatewayFacts()))
