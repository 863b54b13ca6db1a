import { beforeAll, expect, test } from 'vitest'
import { knownKeys } from '../../test/keys.ts'
import { authorityWith, born, issuerAt, operatorsData, secretOf, typhaOptions } from '../../test/pairs.ts'
import { readerOf } from '../../test/reader.ts'
import type { Authority } from './authority.ts'
import { freshKeys } from './key-source.ts'
import { readKeys } from './read.ts'

let authority: Authority
beforeAll(async () => {
  authority = await authorityWith()
})

test('a pending pair is offered again until the cluster has it, and no second key is made meanwhile', async () => {
  const issuer = issuerAt(born)
  const first = await readKeys(readerOf([]), issuer, typhaOptions(authority))
  const again = await readKeys(readerOf([]), issuer, typhaOptions(authority))
  expect(again.objects).toEqual(first.objects)
  const stored = await readKeys(readerOf(first.objects), issuer, typhaOptions(authority))
  expect([stored.objects, stored.unstored]).toEqual([first.objects, []])
  const deleted = await readKeys(readerOf([]), issuer, typhaOptions(authority))
  expect(deleted.objects[0]!.data).not.toEqual(first.objects[0]!.data)
})

test('a pending pair gives way to what the cluster has from elsewhere', async () => {
  const issuer = issuerAt(born)
  await readKeys(readerOf([]), issuer, typhaOptions(authority))
  const data = await operatorsData(authority)
  expect((await readKeys(readerOf([secretOf(data)]), issuer, typhaOptions(authority))).objects[0]!.data).toEqual(data)
})

test('a pair is forgotten when it could not be made, so that the next run tries anew', async () => {
  const keys = knownKeys()
  let failures = 1
  const issuer = issuerAt(born, { generate: async () => (failures-- > 0 ? Promise.reject(new Error('no entropy')) : keys.generate()) })
  await expect(readKeys(readerOf([]), issuer, typhaOptions(authority))).rejects.toThrow('no entropy')
  expect((await readKeys(readerOf([]), issuer, typhaOptions(authority))).problems).toEqual([])
})

test('an authority is pending in the same way', async () => {
  const issuer = issuerAt(born)
  const first = await issuer.authority()
  expect(await issuer.authority()).toBe(first)
  issuer.authorityStored()
  expect(await issuer.authority()).not.toEqual(first)
})

test('fresh keys are RSA of 2048 bits in PKCS#1, each another one', async () => {
  const keys = freshKeys(1)
  const made = await Promise.all([keys.generate(), keys.generate(), keys.generate()])
  expect(new Set(made.map(({ privateKeyPem }) => privateKeyPem)).size).toBe(3)
  for (const { privateKeyPem, publicKey } of made) {
    expect(privateKeyPem).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/)
    expect(publicKey.byteLength).toBe(294)
  }
})
