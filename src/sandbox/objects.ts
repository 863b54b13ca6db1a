/** Objects as the server keeps them: never changed once stored, so that everybody may hold on to them. */
import type { KubeObject, ObjectMeta } from '../kube/objects.ts'

/** An object of any kind with all its fields. */
export type Item = KubeObject & { readonly [field: string]: unknown }

/** Freezes a value and all in it. Only for values made by the server itself: what is frozen already is taken as frozen to the bottom. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const part of Object.values(value)) freeze(part)
  return value
}

/** What a value is as JSON, apart from the one given: a body that was sent must not change under the server. What the server has frozen is that already. */
export function jsonCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value === 'number' && !Number.isFinite(value) ? null : value
  if (Object.isFrozen(value)) return value
  if (Array.isArray(value)) return value.map(item => (item === undefined ? null : jsonCopy(item)))
  if ('toJSON' in value && typeof value.toJSON === 'function') return jsonCopy(value.toJSON())
  const copy: Record<string, unknown> = {}
  for (const [name, item] of Object.entries(value)) if (item !== undefined) put(copy, name, jsonCopy(item))
  return copy
}

function put(map: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true })
  else map[name] = value
}

/** The object with some of its metadata changed; what is undefined is taken out. */
export function withMeta<T extends KubeObject>(object: T, changes: { [K in keyof ObjectMeta]?: ObjectMeta[K] | undefined }): T {
  const metadata: Record<string, unknown> = { ...object.metadata, ...changes }
  for (const [name, value] of Object.entries(changes)) if (value === undefined) delete metadata[name]
  return { ...object, metadata: metadata as unknown as ObjectMeta }
}

/** Where an object is within its kind, in the order of lists: `namespace/name`, or its name alone. */
export const keyIn = ({ metadata: { namespace, name } }: KubeObject): string => (namespace ? `${namespace}/${name}` : name)
