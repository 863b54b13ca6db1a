/** Compares with what a real kube-apiserver 1.35.4 answered to changes of stored objects: testdata/updates.json was recorded from one. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../kube/objects.ts'
import { admit, bodyOf } from './index.ts'

interface Change {
  kind: string
  path: (string | number)[]
  /** Nothing where the field was taken out. */
  value?: unknown
  causes: string[]
}

const { stored, refused }: { stored: KubeObject[]; refused: Change[] } = JSON.parse(
  readFileSync(new URL('testdata/updates.json', import.meta.url), 'utf8'),
)

const update = (object: KubeObject, old: KubeObject) =>
  admit(object, old, { schema: { apiVersion: object.apiVersion, kind: object.kind }, operation: 'update' }).errors

function changed(object: KubeObject, { path, value }: Change): KubeObject {
  const copy = structuredClone(object)
  const last = path.at(-1)!
  const parent = path.slice(0, -1).reduce<unknown>((at, name) => Reflect.get(at as object, name), copy) as
    | Record<string, unknown>
    | unknown[]
  if (value !== undefined) Reflect.set(parent, last, value)
  else if (Array.isArray(parent)) parent.splice(last as number, 1)
  else Reflect.deleteProperty(parent, last)
  return copy
}

describe('stored objects of built-in kinds', () => {
  test.each(stored.map(object => [object.kind, object] as const))('a %s may stay as it is', (_, object) => {
    expect(update(structuredClone(object), object)).toEqual([])
  })

  test.each(refused.map(change => [`${change.kind}: ${change.path.join('.')} = ${JSON.stringify(change.value)}`, change] as const))(
    '%s is refused as the server refuses it',
    (_, change) => {
      const old = stored.find(({ kind }) => kind === change.kind)!
      const errors = update(changed(old, change), old)
      expect([...new Set(errors.map(error => `${error.field}: ${bodyOf(error)}`))].sort()).toEqual(change.causes)
    },
  )
})
