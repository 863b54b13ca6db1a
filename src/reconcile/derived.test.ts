import { expect, test } from 'vitest'
import type { View } from '../kube/cache.ts'
import { Node } from '../kube/kinds.ts'
import { Derivations } from './derived.ts'

test('who asks for the same before anything changes gets what was worked out before, and anew after each change', () => {
  const derivations = new Derivations()
  let listed = 0
  const view = {
    edition: {},
    list() {
      listed++
      return [{}, {}]
    },
  }
  const ask = (name: string) => derivations.of({ name, kind: Node, project: nodes => [name, nodes.length] }, view as unknown as View<Node>)
  expect([ask('count'), ask('count'), ask('other')]).toMatchObject([
    { text: '["count",2]' },
    { value: ['count', 2] },
    { value: ['other', 2] },
  ])
  expect(listed).toBe(2)
  view.edition = {}
  ask('count')
  expect(listed).toBe(3)
})
