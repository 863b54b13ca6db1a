import { expect, test } from 'vitest'
import { canonicalQuantity, compareQuantities, sameQuantity, timesContained } from './quantity.ts'

test.each([
  ['1', '1000m'],
  ['1Gi', '1024Mi'],
  ['0.5', '500m'],
  ['1k', '1e3'],
  ['1E', '1000P'],
  ['0', '0Ki'],
  [1, '1'],
  ['.5', '0.50'],
  ['-1.5', '-1500m'],
])('%s is the same amount as %s', (one, other) => {
  expect(sameQuantity(one, other)).toBe(true)
})

test.each([
  ['1', '1001m'],
  ['1G', '1Gi'],
  ['1M', '1m'],
  ['9007199254740993', '9007199254740992'],
  ['half', 'half'],
])('%s is not the same amount as %s', (one, other) => {
  expect(sameQuantity(one, other)).toBe(false)
})

test.each([
  ['999m', '1', -1],
  ['1Gi', '1G', 1],
  ['1024Mi', '1Gi', 0],
  ['-1', '0', -1],
  ['9007199254740993', '9007199254740992', 1],
  ['half', '1', undefined],
])('%s and %s are put in order', (one, other, order) => {
  expect(compareQuantities(one, other)).toBe(order)
})

test('what is left when one amount is taken from another as often as possible does not count', () => {
  expect(timesContained('100Mi', '1Mi')).toBe(100)
  expect(timesContained('1.9Mi', '1Mi')).toBe(1)
  expect(timesContained('1G', '1Mi')).toBe(953)
  expect(timesContained('half', '1Mi')).toBeUndefined()
})

// The right-hand sides are what kube-apiserver 1.35 stores for the left-hand sides in a container's resources.
test.each([
  ['1000m', '1'],
  ['1500m', '1500m'],
  ['1.5', '1500m'],
  ['1024Mi', '1Gi'],
  ['1536Mi', '1536Mi'],
  ['1.5Gi', '1536Mi'],
  ['0.5Mi', '512Ki'],
  ['100000', '100k'],
  ['123456', '123456'],
  ['1e3', '1e3'],
  ['1000e0', '1e3'],
  ['512', '512'],
  ['0.5Ki', '512'],
  ['1Ki', '1Ki'],
  ['1023Ki', '1023Ki'],
  ['0', '0'],
  ['0m', '0'],
  ['0.0000000001', '1n'],
  [2, '2'],
  ['lots', 'lots'],
])('%s is stored as %s', (spelt, stored) => {
  expect(canonicalQuantity(spelt)).toBe(stored)
})
