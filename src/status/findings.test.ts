import { expect, test } from 'vitest'
import { Installation } from '../../api/installation.ts'
import { type KubeObject, keyOf, refOf } from '../kube/objects.ts'
import type { Controller } from '../reconcile/controller.ts'
import type { Report } from '../reconcile/runner.ts'
import { findings, generationOf, isUnanswered, workloadsOf } from './findings.ts'
import type { Workload } from './workload.ts'

const serves = { kind: Installation, name: 'default' }
const controller = (name: string, served: Controller['serves'] = serves): Controller => ({
  name,
  ...(served && { serves: served }),
  read: async () => undefined,
  desired: () => ({}),
})
const enacted = { problems: [], waiting: [], unanswered: false }
const report = (more: Partial<Report> = {}): Report => ({
  controller: controller('one'),
  serving: true,
  generation: 3,
  outcome: {},
  enacted,
  ...more,
})
const at = '2026-11-21T08:00:00Z'
const about = { expected: 1, workloads: [], pods: new Map(), dating: () => at }
const problem = { reason: 'CertificateError', message: 'wrong' } as const
const workload = (kind: string, name: string) => ({ apiVersion: 'apps/v1', kind, metadata: { name, namespace: 'calico-system' } })

test('problems come from everywhere: what stopped a run, what was found, what could not be written', () => {
  const reports = [
    report({ stopped: { kind: 'invalid', problems: [{ ...problem, message: 'stopped' }] } }),
    report({
      outcome: { problems: [{ ...problem, message: 'found' }] },
      enacted: { ...enacted, problems: [{ ...problem, message: 'not written' }] },
    }),
  ]
  expect(findings(reports, about).problems.map(({ message }) => message)).toEqual(['stopped', 'found', 'not written'])
})

test('what is awaited comes from what waits, what is asked of others, workloads and their pods', () => {
  const deployment = { ...workload('Deployment', 'x'), status: { unavailableReplicas: 1 } } as Workload
  const reports = [
    report({ outcome: { awaited: ['a signature'], warnings: ['soon over'] }, enacted: { ...enacted, waiting: ['a waits for b'] } }),
  ]
  const pods = (failing: boolean) => new Map([[keyOf(refOf(deployment)), { failing, text: 'node-1 starting (pod y)' }]])
  const line = `Deployment calico-system/x: 1 of 1 replicas not ready (since ${at}): node-1 starting (pod y)`
  expect(findings(reports, { ...about, workloads: [deployment], pods: pods(false) })).toMatchObject({
    progressing: [`a waits for b (since ${at})`, `a signature (since ${at})`, line],
    failing: [],
    warnings: ['soon over'],
    ready: true,
  })
  expect(findings(reports, { ...about, workloads: [deployment], pods: pods(true) })).toMatchObject({
    progressing: [expect.anything(), expect.anything()],
    failing: [line],
  })
})

test('a problem that somebody else solves says since when it stands, one that the user has to solve does not', () => {
  const waiting = { reason: 'ResourceNotFound', message: 'is not there', remedy: 'Make it' } as const
  const { problems } = findings([report({ outcome: { problems: [waiting, problem] } })], about)
  expect(problems).toEqual([{ ...waiting, message: `is not there (since ${at})` }, problem])
})

test('nothing is ready before everybody has written what it wants', () => {
  expect(findings([report()], { ...about, expected: 2 }).ready).toBe(false)
  const { enacted: _, ...stopped } = report()
  expect(findings([stopped], about).ready).toBe(false)
})

test('every workload counts once, and nothing else', () => {
  const objects: KubeObject[] = [
    workload('Deployment', 'a'),
    workload('DaemonSet', 'a'),
    { ...workload('ConfigMap', 'a'), apiVersion: 'v1' },
  ]
  const reports = [report({ outcome: { objects } }), report({ outcome: { objects: [{ object: objects[0]!, part: true }] } })]
  expect(workloadsOf(reports).map(({ kind }) => kind)).toEqual(['Deployment', 'DaemonSet'])
})

test('the status speaks of the oldest generation that one of the controllers of the resource has read', () => {
  const primary = report({ generation: 5 })
  const others = [
    report({ generation: 4 }),
    report({ controller: controller('crds', { kind: Installation, name: 'other' }), generation: 1 }),
  ]
  expect(generationOf([primary, ...others], primary)).toBe(4)
  expect(generationOf([primary], undefined)).toBeUndefined()
  const { generation: _, ...unread } = report()
  expect(generationOf([unread], unread)).toBeUndefined()
})

test('a server that gives no answer is a trouble that passes, where nothing else is wrong', () => {
  const stopped = report({ stopped: { kind: 'waiting', problems: [problem], unanswered: true } })
  const held = report({ enacted: { ...enacted, waiting: ['a waits'], unanswered: true } })
  expect(isUnanswered([report(), stopped, held])).toBe(true)
  expect(isUnanswered([report()])).toBe(false)
  expect(isUnanswered([stopped, report({ outcome: { problems: [problem] } })])).toBe(false)
  expect(isUnanswered([stopped, report({ stopped: { kind: 'waiting', problems: [problem] } })])).toBe(false)
  expect(isUnanswered([report({ enacted: { problems: [problem], waiting: ['a waits'], unanswered: true } })])).toBe(false)
})

test('the health of a workload of somebody else, of which only a field is set, is not reported', () => {
  const theirs = { object: workload('DaemonSet', 'kube-proxy'), part: true }
  const refs = workloadsOf([report({ outcome: { objects: [theirs, { object: workload('DaemonSet', 'calico-node') }] } })])
  expect(refs.map(({ name }) => name)).toEqual(['calico-node'])
})
