import { expect, test } from 'vitest'
import { applyJsonPatch, PatchError, pointer } from './jsonpatch.ts'
import { mergeDifference, mergePatch } from './mergepatch.ts'

test('a JSON Patch leaves the document it is given alone', () => {
  const document = { list: [1, 2] }
  expect(applyJsonPatch(document, [{ op: 'add', path: '/list/-', value: 3 }])).toEqual({ list: [1, 2, 3] })
  expect(document).toEqual({ list: [1, 2] })
})

test('a failed test of a JSON Patch is told apart from a patch that does not fit', () => {
  const failure = (patch: Parameters<typeof applyJsonPatch>[1]) => {
    try {
      applyJsonPatch({ a: 1 }, patch)
    } catch (error) {
      return error
    }
  }
  expect(failure([{ op: 'test', path: '/a', value: 2 }])).toMatchObject({ test: true })
  const missing = failure([{ op: 'remove', path: '/b/c' }]) as PatchError
  expect(missing).toBeInstanceOf(PatchError)
  expect(missing.test).toBe(false)
  expect(missing.message).toContain('operation 0: remove /b/c')
})

test('names with slashes and tildes are escaped in a pointer', () => {
  expect(pointer('metadata', 'annotations', 'a/b~c', 0)).toBe('/metadata/annotations/a~1b~0c/0')
})

// Appendix A of RFC 7396.
test.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('%j with %j laid over it is %j', (target, patch, result) => {
  expect(mergePatch(target, patch)).toEqual(result)
})

test('the difference of two documents makes one the other, and of equal ones there is none', () => {
  const from = { a: 1, b: { c: 2, d: [1] }, gone: true }
  const to = { a: 1, b: { c: 3, d: [1] }, here: {} }
  expect(mergeDifference(from, to)).toEqual({ b: { c: 3 }, gone: null, here: {} })
  expect(mergePatch(from, mergeDifference(from, to))).toEqual(to)
  expect(mergeDifference(from, structuredClone(from))).toBeUndefined()
})
