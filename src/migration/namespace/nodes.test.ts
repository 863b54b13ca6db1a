import { describe, expect, test } from 'vitest'
import type { DaemonSet, Node } from '../../kube/kinds.ts'
import { meets } from '../../kube/node-affinity.ts'
import { isDone, labelling, mostAtOnce, next } from './nodes.ts'
import type { NodeState } from './state.ts'

/** A node in one word: which label, and what is there. */
const kinds: Record<string, Omit<NodeState, 'name'>> = {
  new: { alive: true, old: { there: false, ready: false }, ready: false },
  found: { alive: true, old: { there: true, ready: true }, ready: false },
  strange: { label: 'x', alive: true, old: { there: true, ready: true }, ready: false },
  before: { label: 'pre-operator', alive: true, old: { there: true, ready: true }, ready: false },
  broken: { label: 'pre-operator', alive: true, old: { there: true, ready: false }, ready: false },
  silent: { label: 'pre-operator', alive: false, old: { there: true, ready: true }, ready: false },
  leaving: { label: 'leaving', alive: true, old: { there: true, ready: false }, ready: false },
  stuck: { label: 'leaving', alive: false, old: { there: true, ready: false }, ready: false },
  empty: { label: 'leaving', alive: true, old: { there: false, ready: false }, ready: false },
  starting: { label: 'migrated', alive: true, old: { there: false, ready: false }, ready: false },
  moved: { label: 'migrated', alive: true, old: { there: false, ready: false }, ready: true },
  lost: { label: 'migrated', alive: false, old: { there: false, ready: false }, ready: false },
}

const nodes = (words: string): NodeState[] => words.split(' ').map((kind, index) => ({ name: `${kind}-${index}`, ...kinds[kind]! }))
const texts = (changes: ReadonlyMap<string, string>): string[] => [...changes].map(([name, label]) => `${name}: ${label}`)

describe('of nodes that nobody has labelled', () => {
  test.each([
    [
      'all keep their pods while pods still come everywhere',
      false,
      ['new-0: pre-operator', 'found-1: pre-operator', 'strange-2: pre-operator'],
    ],
    [
      'those without a pod get the new one at once when no others come',
      true,
      ['new-0: migrated', 'found-1: pre-operator', 'strange-2: pre-operator'],
    ],
  ])('%s', (_, selected, expected) => {
    expect(texts(labelling(nodes('new found strange before moved'), { selected }))).toEqual(expected)
  })
})

describe('of the others', () => {
  test.each([
    ['one at a time lets its pod go', 'before before', 1, ['before-0: leaving']],
    ['as many as may', 'before before before', 2, ['before-0: leaving', 'before-1: leaving']],
    ['none while one is on its way', 'leaving before', 1, []],
    ['none while one is starting', 'starting before', 1, []],
    ['none while one that was moved has been lost', 'lost before', 1, []],
    ['one gets the new pod when its old one is gone, and not before', 'empty leaving', 1, ['empty-0: migrated']],
    ['the next goes when one has moved', 'moved before before', 1, ['before-1: leaving']],
    ['one that is broken anyway goes first', 'before broken', 1, ['broken-1: leaving']],
    ['one that does not answer waits until the end', 'silent before', 1, ['before-1: leaving']],
    ['those that do not answer go at last, all together', 'silent moved silent', 1, ['silent-0: leaving', 'silent-2: leaving']],
    ['one that does not answer and keeps its pod holds up nobody', 'stuck before', 1, ['before-1: leaving']],
  ])('%s', (...[, words, most, expected]) => {
    expect(texts(next(nodes(words), most))).toEqual(expected)
  })
})

test.each([
  ['moved moved', true],
  ['moved lost', true],
  ['moved starting', false],
  ['moved stuck', false],
  ['moved before', false],
])('%s: it is done or not', (words, done) => {
  expect(isDone(nodes(words))).toBe(done)
})

test.each([
  [1, 10, 1],
  [4, 10, 4],
  ['35%', 10, 3],
  ['5%', 10, 1],
  [0, 10, 1],
  ['x', 10, 1],
  [undefined, 10, 1],
])('with maxUnavailable %s of %i nodes %i at once', (maxUnavailable, count, most) => {
  const set = { spec: { updateStrategy: { rollingUpdate: { maxUnavailable } } } } as DaemonSet
  expect(mostAtOnce(set, count)).toBe(most)
})

test('nodes that affinity keeps out are none', () => {
  const node = (labels: Record<string, string>) => ({ metadata: { name: 'a', labels } }) as Node
  const wanting = (...matchExpressions: { key: string; operator: string; values?: string[] }[]) => ({
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
  })
  const real = wanting({ key: 'type', operator: 'NotIn', values: ['virtual-kubelet'] })
  expect(meets(undefined, node({}))).toBe(true)
  expect([{}, { type: 'x' }, { type: 'virtual-kubelet' }].map(labels => meets(real, node(labels as Record<string, string>)))).toEqual([
    true,
    true,
    false,
  ])
  const many = wanting(
    { key: 'a', operator: 'In', values: ['1', '2'] },
    { key: 'b', operator: 'Exists' },
    { key: 'c', operator: 'DoesNotExist' },
    { key: 'a', operator: 'Gt', values: ['1'] },
  )
  expect(
    [{ a: '2', b: '' }, { a: '1', b: '' }, { a: '2' }, { a: '2', b: '', c: '' }].map(labels =>
      meets(many, node(labels as Record<string, string>)),
    ),
  ).toEqual([true, false, false, false])
})
