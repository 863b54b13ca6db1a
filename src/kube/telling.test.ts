import { expect, test } from 'vitest'
import { bed, configMap, manager, predecessors } from '../../test/applying.ts'
import { ConfigMap } from './kinds.ts'
import { refOf } from './objects.ts'
import { builtinSchema } from './schema.ts'
import { TellingApplier, type Write } from './telling.ts'

const owner = { apiVersion: 'example.com/v1', kind: 'Owner', name: 'default' }
const owned = (data: Record<string, string>) => {
  const object = configMap(data)
  return { ...object, metadata: { ...object.metadata, ownerReferences: [{ ...owner, uid: 'u' }] } }
}

async function telling() {
  const { cache, client, time, ...rest } = await bed(ConfigMap)
  const told: Write[] = []
  const wrote = (write: Write) => told.push(write)
  const applier = new TellingApplier({ client, cache, schemas: builtinSchema, manager, predecessors, clock: time.clock, wrote })
  return { ...rest, applier, told }
}

test('every write is told with its effect, the first field that differed and the owner; what needs no write is not', async () => {
  const { applier, told, sandbox } = await telling()
  await applier.apply(owned({ a: '1' }))
  await applier.apply(owned({ a: '1' }))
  await applier.apply(owned({ a: '2' }))
  const allow = sandbox.forbid({ resource: 'configmaps', verb: 'patch' })
  await expect(applier.apply(owned({ a: '3' }))).rejects.toThrow()
  allow()
  const ref = refOf(configMap({}))
  expect([await applier.remove(ref), await applier.remove(ref)]).toEqual([true, false])
  expect(told).toEqual([
    { ref, effect: 'created', owner },
    { ref, effect: 'changed', path: 'data.a', owner },
    { ref, effect: 'failed', owner },
    { ref, effect: 'deleted', owner },
  ])
})

test('what is held back, because somebody changes it back again and again, is no write', async () => {
  const { applier, told, clientOf, settle } = await telling()
  const outcomes: string[] = []
  for (let time = 0; time < 9; time++) {
    outcomes.push(
      await applier.apply(owned({ a: '1' })).then(
        ({ wrote }) => String(wrote),
        error => error.name,
      ),
    )
    await clientOf('rival').mergePatch(refOf(configMap({})), { data: { a: '2' } })
    await settle()
  }
  expect(outcomes.slice(-3)).toEqual(['Contested', 'Contested', 'Contested'])
  expect(told.map(({ effect }) => effect)).toEqual(outcomes.slice(0, -3))
})
