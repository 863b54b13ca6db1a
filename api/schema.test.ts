/** The words of the schema builder: the schema each gives, and the type. */
import { expect, expectTypeOf, test } from 'vitest'
import {
  also,
  atomic,
  bytes,
  int32,
  list,
  listMap,
  map,
  nullable,
  number,
  type Of,
  obj,
  oneOf,
  quantity,
  req,
  rule,
  set,
  str,
} from './schema.ts'

const pool = obj({ name: req(str()), size: int32('How many.'), kind: oneOf(['small', 'large'], { default: 'small' }) })

test('an object lists the fields that must be there, in schema and type', () => {
  expect(pool.json).toEqual({
    type: 'object',
    properties: {
      name: { type: 'string' },
      size: { type: 'integer', format: 'int32', description: 'How many.' },
      kind: { type: 'string', enum: ['small', 'large'], default: 'small' },
    },
    required: ['name'],
  })
  expectTypeOf<Of<typeof pool>>().toExtend<{ name: string; size?: number; kind?: 'small' | 'large' }>()
  expectTypeOf<{ name: string }>().toExtend<Of<typeof pool>>()
  // @ts-expect-error a required field is missing
  const nameless: Of<typeof pool> = { size: 1 }
  // @ts-expect-error a word that is none of the enumeration
  const wrong: Of<typeof pool> = { name: 'a', kind: 'tiny' }
  // @ts-expect-error a field that the schema does not have
  const unknown: Of<typeof pool> = { name: 'a', sizes: 1 }
  expect([nameless, wrong, unknown]).toHaveLength(3)
})

test('an object without fields has neither properties nor required', () => {
  expect(obj({}).json).toEqual({ type: 'object' })
})

test('the keys of a list map are fields of its items', () => {
  expect(listMap(['name'], pool).json).toMatchObject({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  })
  // @ts-expect-error items have no such field
  listMap(['title'], pool)
})

test('a set holds values that compare, not objects', () => {
  expect(set(str()).json).toEqual({ type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' })
  // @ts-expect-error objects do not compare
  set(pool)
})

test('atomic says so in the word for lists or for objects', () => {
  expect(atomic(list(str())).json).toHaveProperty('x-kubernetes-list-type', 'atomic')
  expect(atomic(pool).json).toHaveProperty('x-kubernetes-map-type', 'atomic')
})

test('a shared schema takes a description of its own and stays as it is elsewhere', () => {
  const here = also(pool, 'The pool of this place.')
  expect(here.json.description).toBe('The pool of this place.')
  expect(here.json.properties).toBe(pool.json.properties)
  expect(pool.json).not.toHaveProperty('description')
  expectTypeOf(here).toEqualTypeOf(pool)
})

test('rules become validations, with what they say and nothing else', () => {
  const { json } = str({
    rules: [rule('self != ""', 'say something'), rule('self == oldSelf', undefined, { reason: 'FieldValueInvalid' })],
  })
  expect(json['x-kubernetes-validations']).toEqual([
    { rule: 'self != ""', message: 'say something' },
    { rule: 'self == oldSelf', reason: 'FieldValueInvalid' },
  ])
  expect(json).not.toHaveProperty('rules')
})

test('null is a value only where it is said', () => {
  expectTypeOf<Of<ReturnType<typeof nullable<number>>>>().toEqualTypeOf<number | null>()
  expect(nullable(number()).json).toEqual({ type: 'number', nullable: true })
})

test('a field that may be null keeps that in the type of its object', () => {
  const entry = obj({ at: nullable(str()), sizes: req(list(nullable(number()))) })
  expectTypeOf<Of<typeof entry>>().toExtend<{ at?: string | null; sizes: (number | null)[] }>()
  expectTypeOf<{ at: null; sizes: [null, 1] }>().toExtend<Of<typeof entry>>()
})

test.each(['1', '100m', '-1.5Gi', '.5', '2e3', '1E-2', '12Ki'])('the pattern of quantities admits %s', text => {
  expect(text).toMatch(new RegExp(quantity().json.pattern ?? ''))
})
test.each(['', 'm', '1 Gi', '1Kib', 'one', '1..2'])('the pattern of quantities refuses "%s"', text => {
  expect(text).not.toMatch(new RegExp(quantity().json.pattern ?? ''))
})

test('an enumeration of numbers is an integer', () => {
  const version = oneOf([4, 6])
  expect(version.json).toEqual({ type: 'integer', enum: [4, 6] })
  expectTypeOf<Of<typeof version>>().toEqualTypeOf<4 | 6>()
})

test('a default has the type of its field', () => {
  // @ts-expect-error a number is no text
  str({ default: 1 })
  // @ts-expect-error none of the words
  oneOf(['a', 'b'], { default: 'c' })
  expect(map(bytes()).json).toEqual({ type: 'object', additionalProperties: { type: 'string', format: 'byte' } })
})
