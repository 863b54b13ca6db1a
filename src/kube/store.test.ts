import { expect, test } from 'vitest'
import { configMap } from '../../test/scripted.ts'
import { seeded } from './clock.ts'
import type { KubeObject } from './objects.ts'
import { Store } from './store.ts'
import { compareVersions } from './versions.ts'

test('versions are compared as numbers of any length, and not at all when they are none', () => {
  expect(compareVersions('9', '10')).toBeLessThan(0)
  expect(compareVersions('12', '11')).toBeGreaterThan(0)
  expect(compareVersions('90071992547409931', '90071992547409932')).toBeLessThan(0)
  expect(compareVersions('a/1', 'a/1')).toBe(0)
  expect(compareVersions('1/2', '3')).toBeUndefined()
})

test('older and equal states change nothing', () => {
  const store = new Store()
  expect(store.put(configMap('a', 10)).map(({ type }) => type)).toEqual(['added'])
  expect(store.put(configMap('a', 9))).toEqual([])
  expect(store.put(configMap('a', 10))).toEqual([])
  expect(store.put(configMap('a', 100)).map(({ type }) => type)).toEqual(['modified'])
})

test('an object made anew under the same name is another one', () => {
  const store = new Store()
  store.put(configMap('a', 1))
  expect(store.put(configMap('a', 5, { uid: 'second' })).map(({ type, object }) => [type, object.metadata.uid])).toEqual([
    ['deleted', 'uid-a'],
    ['added', 'second'],
  ])
  expect(store.remove(configMap('a', 4))).toEqual([])
  expect(store.get('a', 'default')?.metadata.uid).toBe('second')
})

test('what a response has buried is not brought back by events from before', () => {
  const store = new Store()
  store.put(configMap('a', 1))
  expect(store.bury('a', 'default', 'uid-a').map(({ type }) => type)).toEqual(['deleted'])
  expect(store.put(configMap('a', 3))).toEqual([])
  expect(store.remove(configMap('a', 4))).toEqual([])
  expect(store.put(configMap('a', 6, { uid: 'second' })).map(({ type }) => type)).toEqual(['added'])
})

test('a list takes away what it does not have, but not what a response has brought since', () => {
  const store = new Store()
  store.put(configMap('gone', 5))
  store.put(configMap('newer', 30))
  const changes = store.replace([configMap('a', 7)], '20')
  expect(changes.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual(['added a', 'deleted gone'])
  expect(store.list().map(({ metadata }) => metadata.name)).toEqual(['a', 'newer'])
})

test('objects are listed by namespace, then name', () => {
  const store = new Store()
  for (const [namespace, name] of [
    ['b', 'a'],
    ['a-b', 'a'],
    ['a', 'z'],
    ['a', 'b'],
  ])
    store.put(configMap(name!, 1, { namespace }))
  expect(store.list().map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual(['a/b', 'a/z', 'a-b/a', 'b/a'])
})

test('whatever order responses and events come in, the newest state is what stays', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seeded(seed)
    const { states, gone } = history(random)
    const store = new Store()
    // Events keep their order; responses of the same writes come in anywhere.
    const steps = shuffledInto(
      states.map(object => () => store.put(object)),
      states.filter(() => random() < 0.5).map(object => () => store.put(object)),
      random,
    )
    if (gone) steps.push(() => store.remove(gone))
    for (const step of steps) step()
    expect(store.get('a', 'default')?.metadata.resourceVersion, `seed ${seed}`).toBe(
      gone ? undefined : states.at(-1)?.metadata.resourceVersion,
    )
  }
})

function history(random: () => number): { states: KubeObject[]; gone: KubeObject | undefined } {
  const states = Array.from({ length: 1 + Math.floor(random() * 6) }, (_, index) =>
    configMap('a', 1 + 5 * index + Math.floor(random() * 5)),
  )
  return { states, gone: random() < 0.3 ? configMap('a', 1000) : undefined }
}

function shuffledInto<T>(ordered: T[], others: T[], random: () => number): T[] {
  const all = [...ordered]
  for (const other of others) all.splice(Math.floor(random() * (all.length + 1)), 0, other)
  return all
}
