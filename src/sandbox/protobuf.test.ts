import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Item } from './objects.ts'
import { decodeProtobuf } from './protobuf.ts'
import { prepare } from './schema/index.ts'

interface Recorded {
  json: Item
  /** Base64. */
  protobuf: string
}

const recorded: Recorded[] = JSON.parse(readFileSync(join(import.meta.dirname, 'testdata/protobuf.json'), 'utf8'))

const prepared = (object: Item) => prepare(object, { schema: { apiVersion: object.apiVersion, kind: object.kind } }).object

// Go sends what is empty in protobuf where it leaves it out of JSON.
test.each(recorded.map(({ json, protobuf }) => [json.kind, json, protobuf] as const))(
  'what the real server says of a %s in JSON and in protobuf is one object',
  (_, json, protobuf) => {
    expect(prepared(decodeProtobuf(Buffer.from(protobuf, 'base64')) as unknown as Item)).toEqual(prepared(json))
  },
)

const string = (number: number, text: string | Buffer) => Buffer.concat([Buffer.of((number << 3) | 2, text.length), Buffer.from(text)])
const sent = (apiVersion: string, kind: string, raw: Buffer) =>
  Buffer.concat([Buffer.from('k8s\0'), string(1, Buffer.concat([string(1, apiVersion), string(2, kind)])), string(2, raw)])

test('the options of a deletion, whose kind is of every group', () => {
  const raw = Buffer.concat([Buffer.of(0x08, 0x05), string(4, 'Foreground')])
  expect(decodeProtobuf(sent('apps/v1', 'DeleteOptions', raw))).toEqual({
    apiVersion: 'apps/v1',
    kind: 'DeleteOptions',
    gracePeriodSeconds: 5,
    propagationPolicy: 'Foreground',
  })
})

test('numbers below zero, and fields that are not known', () => {
  const minusOne = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01])
  const spec = Buffer.concat([Buffer.of(0x08), minusOne, Buffer.of(0xf8, 0x06, 0x01)])
  expect(decodeProtobuf(sent('apps/v1', 'Deployment', string(2, spec)))).toMatchObject({ spec: { replicas: -1 } })
})

test('what cannot be read is said', () => {
  expect(() => decodeProtobuf(Buffer.from('{}'))).toThrow('does not appear to be a protobuf message')
  expect(() => decodeProtobuf(sent('v1', 'Nothing', Buffer.alloc(0)))).toThrow('no kind "Nothing" is registered for version "v1"')
  expect(() => decodeProtobuf(sent('v1', 'Secret', Buffer.of(0x0a, 0x20)))).toThrow('unexpected EOF')
  expect(() => decodeProtobuf(sent('v1', 'Secret', Buffer.of(0x08, 0x01)))).toThrow('wrong wireType')
})
