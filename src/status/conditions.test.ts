import { expect, test } from 'vitest'
import type { Problem } from '../reconcile/problems.ts'
import { bySeverity, catalogue } from './catalogue.ts'
import { conditionsOf, type Findings } from './conditions.ts'
import { mirrored } from './mirrored.ts'

const now = Date.parse('2026-11-21T08:00:00.500Z')
const fine: Findings = { problems: [], progressing: [], leaving: [], failing: [], warnings: [], ready: true }
const invalid: Problem = { reason: 'InvalidConfigurationError', message: 'must be 0 or at least 1280', path: 'spec.calicoNetwork.mtu' }

/** Status, reason and message by type. */
const brief = (findings: Partial<Findings>) =>
  Object.fromEntries(
    conditionsOf({ ...fine, ...findings }, { conditions: [], now }).map(({ type, status, reason, message }) => [
      type,
      [status, reason, message],
    ]),
  )

test('when all is well, all three say so in the same words', () => {
  expect(brief({})).toEqual({
    Available: ['True', 'AllObjectsAvailable', 'All objects available'],
    Degraded: ['False', 'AllObjectsAvailable', 'All objects available'],
    Progressing: ['False', 'AllObjectsAvailable', 'All objects available'],
  })
})

test('warnings are appended, in the order of the alphabet', () => {
  expect(brief({ warnings: ['b', 'a'] }).Available).toEqual(['True', 'AllObjectsAvailable', 'All objects available; a; b'])
})

test('what is awaited keeps it from being available, and is said line by line', () => {
  expect(brief({ progressing: ['one', 'two'] })).toEqual({
    Available: ['False', 'ResourceNotReady', 'one\ntwo'],
    Degraded: ['False', 'Unknown', ''],
    Progressing: ['True', 'ResourceNotReady', 'one\ntwo'],
  })
})

test('what is only kept from going is progress, and is as available as ever', () => {
  const { Available, Progressing } = brief({ leaving: ['one'] })
  expect([Available?.[0], Progressing]).toEqual(['True', ['True', 'ResourceNotReady', 'one']])
  expect(brief({ leaving: ['one'], progressing: ['two'] }).Available).toEqual(['False', 'ResourceNotReady', 'two\none'])
})

test('failing pods degrade it, and what is awaited is then no progress', () => {
  expect(brief({ progressing: ['one'], failing: ['Pod x has failed'] })).toEqual({
    Available: ['False', 'PodFailure', 'Pod x has failed'],
    Degraded: ['True', 'PodFailure', 'Pod x has failed'],
    Progressing: ['False', 'Unknown', ''],
  })
})

test('a problem degrades it by its own reason, before failing pods', () => {
  const { Degraded } = brief({ problems: [invalid], failing: ['Pod x has failed'] })
  expect(Degraded).toEqual(['True', 'InvalidConfigurationError', 'spec.calicoNetwork.mtu: must be 0 or at least 1280\nPod x has failed'])
})

test('a problem does not stop what is awaited from being progress', () => {
  expect(brief({ problems: [invalid], progressing: ['one'] }).Progressing).toEqual(['True', 'ResourceNotReady', 'one'])
})

test('of several problems the one that somebody has to act on gives the reason, and all are listed once', () => {
  const waiting: Problem = { reason: 'ResourceNotFound', message: 'waiting for enabled IP pools to be created' }
  const { Degraded } = brief({ problems: [waiting, invalid, waiting] })
  expect(Degraded).toEqual([
    'True',
    'InvalidConfigurationError',
    'spec.calicoNetwork.mtu: must be 0 or at least 1280\nwaiting for enabled IP pools to be created',
  ])
})

test('before everything was written once, nothing is available and pods do not count', () => {
  const { Available, Degraded, Progressing } = brief({
    ready: false,
    failing: ['Pod of an older version has failed'],
    progressing: ['one'],
  })
  expect([Available?.[0], Degraded?.[0], Progressing?.[0]]).toEqual(['False', 'False', 'False'])
  expect(brief({ ready: false, problems: [invalid] }).Degraded?.[0]).toBe('True')
})

test('a time changes only with its status, an observed generation always', () => {
  const before = conditionsOf(fine, { conditions: [], now, generation: 1 })
  expect(before[0]).toMatchObject({ lastTransitionTime: '2026-11-21T08:00:00Z', observedGeneration: 1 })
  const later = { conditions: before, now: now + 60_000, generation: 2 }
  const warned = conditionsOf({ ...fine, warnings: ['w'] }, later)
  expect(warned.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual(before.map(({ lastTransitionTime }) => lastTransitionTime))
  expect(warned[0]?.observedGeneration).toBe(2)
  const moving = conditionsOf({ ...fine, progressing: ['one'] }, later)
  expect(moving.map(({ type, lastTransitionTime }) => [type, lastTransitionTime])).toEqual([
    ['Available', '2026-11-21T08:01:00Z'],
    ['Degraded', '2026-11-21T08:00:00Z'],
    ['Progressing', '2026-11-21T08:01:00Z'],
  ])
})

test('a message never exceeds what a condition may hold', () => {
  const progressing = Array.from({ length: 3000 }, (_, index) => `DaemonSet "calico-system/calico-node" awaits node-${index}`)
  expect(brief({ progressing }).Available?.[2]?.length).toBe(32_768)
})

test('a resource of ours shows the same, Available as Ready, and keeps what others wrote', () => {
  const conditions = conditionsOf({ ...fine, progressing: ['one'] }, { conditions: [], now, generation: 3 })
  const foreign = { type: 'Audited', status: 'True' as const, lastTransitionTime: '2026-01-01T00:00:00Z', reason: 'Yes', message: '' }
  const ready = { type: 'Ready', status: 'False' as const, lastTransitionTime: '2026-01-01T00:00:00Z', reason: 'Old', message: 'old' }
  const found = mirrored(conditions, [foreign, ready])
  expect(found.map(({ type, status, lastTransitionTime }) => [type, status, lastTransitionTime])).toEqual([
    ['Audited', 'True', '2026-01-01T00:00:00Z'],
    ['Ready', 'False', '2026-01-01T00:00:00Z'],
    ['Degraded', 'False', '2026-11-21T08:00:00Z'],
    ['Progressing', 'True', '2026-11-21T08:00:00Z'],
  ])
  expect(found[1]).toMatchObject({ reason: 'ResourceNotReady', message: 'one', observedGeneration: 3 })
})

test('a condition without a reason gets one, because a resource’s conditions must have one', () => {
  const [condition] = mirrored([{ type: 'Available', status: 'False', lastTransitionTime: '2026-01-01T00:00:00Z' }])
  expect(condition).toEqual({ type: 'Ready', status: 'False', lastTransitionTime: '2026-01-01T00:00:00Z', reason: 'Unknown', message: '' })
})

test('every reason in the catalogue says in sentences what it means and what to do', () => {
  for (const { meaning, remedy } of Object.values(catalogue)) expect(`${meaning} ${remedy}`).toMatch(/^[A-Z].*\. [A-Z].*\.$/)
  expect(['ResourceNotReady', 'CertificateError', 'Unknown'].toSorted((a, b) => bySeverity(a as 'Unknown', b as 'Unknown'))).toEqual([
    'CertificateError',
    'ResourceNotReady',
    'Unknown',
  ])
})
