import { beforeEach, expect, test } from 'vitest'
import { logged } from '../../test/logged.ts'
import type { Problem } from '../reconcile/problems.ts'
import type { Report } from '../reconcile/runner.ts'
import { Chronicle } from './chronicle.ts'

let { time, log, metrics, lines, messages } = logged()

beforeEach(() => {
  ;({ time, log, metrics, lines, messages } = logged())
})

const problem: Problem = { reason: 'InvalidConfigurationError', path: 'spec.x', message: 'is wrong', remedy: 'Write y' }
const report = (rest: Partial<Report>): Report => ({
  controller: { name: 'calico', read: async () => undefined, desired: () => ({}) },
  serving: true,
  ...rest,
})
const problemsNow = async () => (await metrics.problems.get()).values.map(({ labels, value }) => [labels.reason, value])

test('a problem is told once, with its remedy, and its end too', async () => {
  const observe = new Chronicle({ log, metrics, clock: time.clock })
  const bad = report({ stopped: { kind: 'invalid', problems: [problem] } })
  observe.reported(bad)
  observe.reported(bad)
  expect(await problemsNow()).toEqual([['InvalidConfigurationError', 1]])
  observe.reported(report({ outcome: {} }))
  expect(messages()).toEqual(['error spec.x: is wrong. Write y', 'info all problems are solved'])
  expect(lines[0]).toMatchObject({ logger: 'calico', reason: 'InvalidConfigurationError', ts: '2026-01-01T00:00:00Z' })
  expect(await problemsNow()).toEqual([])
})

test('of several problems only the new one is told', () => {
  const observe = new Chronicle({ log, metrics, clock: time.clock })
  observe.reported(report({ outcome: { problems: [problem] } }))
  observe.reported(report({ outcome: { problems: [problem, { ...problem, path: 'spec.z' }] } }))
  expect(messages()).toEqual(['error spec.x: is wrong. Write y', 'error spec.z: is wrong. Write y'])
})

test('what somebody else has to do first is no error, and no news before it has lasted five seconds', async () => {
  const observe = new Chronicle({ log, metrics, clock: time.clock })
  const waiting = (path: string) => report({ stopped: { kind: 'waiting', problems: [{ ...problem, path }] } })
  observe.reported(waiting('spec.x'))
  await time.pass(4_000)
  observe.reported(waiting('spec.y'))
  await time.pass(900)
  expect(messages()).toEqual([])
  await time.pass(200)
  expect(messages()).toEqual(['info waiting: spec.y: is wrong. Write y'])
  observe.reported(report({ outcome: {} }))
  expect(messages().slice(1)).toEqual(['info all problems are solved'])
  observe.reported(waiting('spec.x'))
  await time.pass(4_000)
  observe.reported(report({ outcome: {} }))
  await time.pass(60_000)
  expect(messages()).toHaveLength(2)
})

test('a wait that turns out to be an error is told at once', () => {
  const observe = new Chronicle({ log, metrics, clock: time.clock })
  observe.reported(report({ stopped: { kind: 'waiting', problems: [problem] } }))
  observe.reported(report({ stopped: { kind: 'invalid', problems: [problem] } }))
  expect(messages()).toEqual(['error spec.x: is wrong. Write y'])
})

test('runs are counted by what they came to', async () => {
  const observe = new Chronicle({ log, metrics, clock: time.clock })
  observe.reported(report({ serving: false }))
  observe.reported(report({ outcome: {} }))
  observe.reported(report({ outcome: {} }))
  const counts = (await metrics.runs.get()).values.map(({ labels, value }) => [labels.result, value])
  expect(counts).toEqual([
    ['idle', 1],
    ['done', 2],
  ])
})

test('writes are told with the first field that differed, and counted by kind and effect', async () => {
  const observe = new Chronicle({ log, metrics, clock: time.clock })
  const ref = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'calico-system', name: 'calico-node' }
  observe.wrote({ ref, effect: 'created' })
  observe.wrote({ ref, effect: 'changed', path: 'spec.template' })
  observe.wrote({ ref, effect: 'changed', subresource: 'status' })
  observe.wrote({ ref, effect: 'failed' })
  expect(lines).toMatchObject([
    { msg: 'created DaemonSet calico-system/calico-node', kind: 'DaemonSet', namespace: 'calico-system', name: 'calico-node' },
    { msg: 'changed DaemonSet calico-system/calico-node', path: 'spec.template' },
  ])
  const text = await metrics.registry.metrics()
  expect(text).toContain('calico_operator_writes_total{kind="DaemonSet",effect="changed"} 2')
  expect(text).toContain('calico_operator_writes_total{kind="DaemonSet",effect="failed"} 1')
})

test('runs count in the terms of controller-runtime too', async () => {
  const observe = new Chronicle({ log, metrics, clock: time.clock })
  observe.reported(report({ outcome: {} }))
  observe.reported(report({ stopped: { kind: 'waiting', problems: [problem] } }))
  observe.reported(report({ stopped: { kind: 'invalid', problems: [problem] } }))
  const text = await metrics.registry.metrics()
  expect(text).toContain('controller_runtime_reconcile_total{controller="calico",result="success"} 2')
  expect(text).toContain('controller_runtime_reconcile_total{controller="calico",result="error"} 1')
  expect(text).toContain('controller_runtime_reconcile_errors_total{controller="calico"} 1')
})
