import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { sortedByName } from './order.ts'

const named = (...names: string[]) => names.map((name, index) => ({ name, index }))

test('sorts by name and changes nothing that it is given', () => {
  const given = named('c', 'a', 'b')
  expect(sortedByName(given).map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  expect(given.map(({ name }) => name)).toEqual(['c', 'a', 'b'])
})

test('keeps the order of equal names in lists of up to twelve', () => {
  const given = named('b', 'a', 'b', 'a', 'b', 'a', 'b', 'a', 'b', 'a', 'b', 'a')
  expect(sortedByName(given).map(({ index }) => index)).toEqual([1, 3, 5, 7, 9, 11, 0, 2, 4, 6, 8, 10])
})

test('orders 2,000 lists as slices.SortFunc of Go 1.26 does, whose results have this digest', () => {
  let state = 1
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 16) % below
  }
  const digest = createHash('sha1')
  for (let list = 0; list < 2000; list++) {
    const length = next(50)
    const names = 1 + next(length + 1)
    const given = named(...Array.from({ length }, () => `m${String(next(names)).padStart(2, '0')}`))
    for (const { name, index } of sortedByName(given)) digest.update(`${name}:${index} `)
  }
  expect(digest.digest('hex')).toBe('0b0643ff8b299a9b1342660f813b588156df3449')
})

test('a list longer than anybody has is sorted all the same, stably', () => {
  const given = named(...Array.from({ length: 60 }, (_, i) => `n${i % 7}`))
  const sorted = sortedByName(given)
  expect(sorted).toEqual([...given].sort((a, b) => a.name.localeCompare(b.name) || a.index - b.index))
})

/** The mounts of calico-node with so many BIRD templates, before the sort; what is looked at has another name than its volume. */
const mountsOfNode = (templates: number, layout: boolean) => [
  { name: 'tigera-ca-bundle', is: 'certs' },
  { name: 'tigera-ca-bundle', is: 'cert.pem' },
  ...[
    'lib-modules',
    'xtables-lock',
    'policysync',
    'var-run-calico',
    'var-lib-calico',
    'bpffs',
    'node-certs',
    'cni-log-dir',
    'cni-net-dir',
  ].map(name => ({ name, is: '' })),
  ...Array.from({ length: templates }, (_, i) => ({ name: 'bird-templates', is: String(i + 1) })),
  ...(layout ? [{ name: 'bgp-layout', is: '' }] : []),
]

describe('the mounts of calico-node fall as in running pods (spec/installation-render.md §13.1)', () => {
  test.each([
    { templates: 1, layout: false, order: '1 certs cert.pem' },
    { templates: 2, layout: false, order: '2 1 cert.pem certs' },
    { templates: 3, layout: false, order: '1 3 2 cert.pem certs' },
    { templates: 4, layout: false, order: '2 4 3 1 cert.pem certs' },
    { templates: 5, layout: false, order: '5 4 3 2 1 certs cert.pem' },
    { templates: 1, layout: true, order: '1 cert.pem certs' },
    { templates: 2, layout: true, order: '1 2 cert.pem certs' },
    { templates: 3, layout: true, order: '2 3 1 cert.pem certs' },
    { templates: 4, layout: true, order: '4 3 2 1 certs cert.pem' },
    { templates: 5, layout: true, order: '5 4 3 2 1 certs cert.pem' },
  ])('with $templates templates, layout: $layout', ({ templates, layout, order }) => {
    const sorted = sortedByName(mountsOfNode(templates, layout))
    expect(sorted.flatMap(({ is }) => is || []).join(' ')).toBe(order)
  })
})
