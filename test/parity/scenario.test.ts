import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readScenario } from './scenario.ts'

const folder = mkdtempSync(join(tmpdir(), 'scenario-'))
afterAll(() => rmSync(folder, { recursive: true }))

function scenario(file: object) {
  writeFileSync(join(folder, 'scenario.json'), JSON.stringify(file))
  return readScenario(folder)
}

const identity = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'b' } }
const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'b' }

test.each([
  ['the verb as a key', { create: identity }, [{ do: 'create', object: identity }]],
  ['a list of objects', { create: [identity, identity] }, Array(2).fill({ do: 'create', object: identity })],
  ['a deletion by metadata', { delete: identity }, [{ do: 'delete', ref }]],
  ['a deletion by name', { delete: ref }, [{ do: 'delete', ref }]],
  [
    'a patch that is the object in part',
    { 'merge-patch': { ...identity, data: { a: null } } },
    [{ do: 'merge-patch', ref, patch: { ...identity, data: { a: null } } }],
  ],
  ['a patch beside a name', { patch: { ...ref, patch: { data: {} } } }, [{ do: 'merge-patch', ref, patch: { data: {} } }]],
  ['the verb as a value', { verb: 'merge-patch', ...identity, patch: { data: {} } }, [{ do: 'merge-patch', ref, patch: { data: {} } }]],
  ['a patch beside its object', { 'merge-patch': identity, patch: { data: {} } }, [{ do: 'merge-patch', ref, patch: { data: {} } }]],
  ['the verb as a value, the object by reference', { do: 'delete', ref }, [{ do: 'delete', ref }]],
  ['the verb as a value, the object by itself', { do: 'create', object: identity }, [{ do: 'create', object: identity }]],
])('a step may be written with %s', (_, step, wanted) => expect(scenario({ steps: [step] }).steps).toEqual([wanted]))

test('a step that says nothing known is refused with its place', () => {
  expect(() => scenario({ steps: [{ create: identity }, { wait: 5 }] })).toThrow(
    'scenario.json: steps[1]: none of create, delete and merge-patch is in it: wait',
  )
})

test('what is left out is as the recordings had it', () => {
  expect(scenario({})).toMatchObject({
    apiMode: 'v3crd',
    nodes: [{ count: 3 }],
    families: ['IPv4'],
    apiserverArgs: [],
    steps: [],
    inputs: [],
  })
})

test('what goes by itself into an empty cluster is a case', () => {
  expect(scenario({ cases: [{ name: 'x', input: [identity] }] }).cases).toEqual([{ name: 'x', inputs: [identity] }])
})
