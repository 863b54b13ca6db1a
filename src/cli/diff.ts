/** How objects differ, field by field, list items known by their keys and not by their place. Pure; prints for people. */
import { childOf, inWords, mergeOf, type Path, stepOf } from '../kube/fieldset.ts'
import { describe, isMap, type KubeObject, keyOf, refOf } from '../kube/objects.ts'
import type { SchemaNode } from '../kube/schema.ts'
import { cut, type Paint } from './terminal.ts'

/** One place in which two objects differ. Undefined: there is nothing. */
export interface FieldDifference {
  /** `spec.template.spec.containers[name=calico-node].image` */
  path: string
  before?: unknown
  after?: unknown
}

export interface ObjectDifference {
  /** `DaemonSet calico-system/calico-node` */
  object: string
  what: 'added' | 'removed' | 'changed'
  /** Empty for what was added or removed. */
  fields: FieldDifference[]
}

export type Schemas = (apiVersion: string, kind: string) => SchemaNode | undefined

/** By kind, namespace and name; what is equal is not in it. */
export function differences(before: readonly KubeObject[], after: readonly KubeObject[], schemas: Schemas): ObjectDifference[] {
  const [then, now] = [byKey(before), byKey(after)]
  return [...new Set([...then.keys(), ...now.keys()])].sort().flatMap((key): ObjectDifference[] => {
    const [old, young] = [then.get(key), now.get(key)]
    const object = describe(refOf((young ?? old)!))
    if (!young) return [{ object, what: 'removed', fields: [] }]
    if (!old) return [{ object, what: 'added', fields: [] }]
    const fields = [...different(old, young, { path: [], schema: schemas(young.apiVersion, young.kind) })]
    return fields.length > 0 ? [{ object, what: 'changed', fields }] : []
  })
}

const byKey = (objects: readonly KubeObject[]): Map<string, KubeObject> => new Map(objects.map(object => [keyOf(refOf(object)), object]))

interface Place {
  path: Path
  schema: SchemaNode | undefined
}

function* different(before: unknown, after: unknown, at: Place): Generator<FieldDifference> {
  if (isMap(before) && isMap(after)) yield* ofMaps(before, after, at)
  else if (Array.isArray(before) && Array.isArray(after) && mergeOf(at.schema) === 'map') yield* ofLists(before, after, at)
  else if (JSON.stringify(before) !== JSON.stringify(after)) yield { path: inWords(at.path), before, after }
}

function* ofMaps(before: Record<string, unknown>, after: Record<string, unknown>, { path, schema }: Place): Generator<FieldDifference> {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    yield* different(before[name], after[name], { path: [...path, `f:${name}`], schema: childOf(schema, name) })
  }
}

/** Where only the order differs, that is the difference: it counts, for it rolls pods. */
function* ofLists(before: readonly unknown[], after: readonly unknown[], { path, schema }: Place): Generator<FieldDifference> {
  const items = (list: readonly unknown[]) => new Map(list.map(item => [stepOf(item, schema), item]))
  const [then, now] = [items(before), items(after)]
  for (const step of new Set([...then.keys(), ...now.keys()])) {
    yield* different(then.get(step), now.get(step), { path: [...path, step], schema: schema?.items })
  }
  const kept = (of: Map<string, unknown>, other: Map<string, unknown>) => [...of.keys()].filter(step => other.has(step))
  const [order, orderNow] = [kept(then, now), kept(now, then)]
  const names = (steps: readonly string[]) => steps.map(step => inWords([step]).slice(1, -1))
  if (order.join() !== orderNow.join()) yield { path: `${inWords(path)} (order)`, before: names(order), after: names(orderNow) }
}

const signs = { added: ['green', '+'], removed: ['red', '-'], changed: ['yellow', '~'] } as const

/** One line for an object, and below it one or two for each field. */
export function printed(list: readonly ObjectDifference[], { paint, width }: { paint: Paint; width: number }): string[] {
  return list.flatMap(({ object, what, fields }) => {
    const [colour, sign] = signs[what]
    return [paint(colour, `${sign} ${object}`), ...fields.flatMap(field => lines(field, { paint, width }))]
  })
}

function lines({ path, before, after }: FieldDifference, { paint, width }: { paint: Paint; width: number }): string[] {
  const [then, now] = [before, after].map(value => (value === undefined ? undefined : JSON.stringify(value)))
  const whole = `${path}: ${then} → ${now}`
  if (then !== undefined && now !== undefined && whole.length + 4 <= width)
    return [`    ${path}: ${paint('red', then)} → ${paint('green', now)}`]
  const room = width - 8
  return [
    `    ${path}`,
    ...(then === undefined ? [] : [`      ${paint('red', `- ${cut(then, room)}`)}`]),
    ...(now === undefined ? [] : [`      ${paint('green', `+ ${cut(now, room)}`)}`]),
  ]
}
