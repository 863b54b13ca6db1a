import { expect, test } from 'vitest'
import type { ContainerStatus, Pod } from '../kube/kinds.ts'
import { patience, podFindings } from './pods.ts'

const now = Date.parse('2026-11-21T08:10:00Z')

const pod = (status: Pod['status'], more: Partial<Pod['metadata']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n', ...more },
  spec: { nodeName: 'node-1', containers: [] },
  status,
})

const container = (state: ContainerStatus['state'], more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name: 'c',
  image: 'quay.io/calico/node:v3.32.1',
  imageID: '',
  ready: false,
  restartCount: 0,
  state,
  ...more,
})

const crashing = (terminated: { reason: string; exitCode: number }) =>
  container({ waiting: { reason: 'CrashLoopBackOff' } }, { lastState: { terminated } })

test.each<[string, Pod['status'], string]>([
  ['the pod failed', { phase: 'Failed', reason: 'Evicted', message: 'disk' }, 'Failed Evicted (pod p: disk)'],
  [
    'a container crashes',
    { containerStatuses: [crashing({ reason: 'OOMKilled', exitCode: 137 })] },
    'CrashLoopBackOff (pod p, container c: OOMKilled, exit code 137)',
  ],
  [
    'a container is killed over and over',
    { containerStatuses: [crashing({ reason: 'Error', exitCode: 137 })] },
    'CrashLoopBackOff (pod p, container c: possible liveness probe failure)',
  ],
  [
    'a container crashes first thing',
    { containerStatuses: [container({ waiting: { reason: 'CrashLoopBackOff' } })] },
    'CrashLoopBackOff (pod p, container c)',
  ],
  [
    'an image cannot be had, in the runtime’s own words',
    { containerStatuses: [container({ waiting: { reason: 'ErrImagePull', message: 'not found' } })] },
    'ErrImagePull quay.io/calico/node:v3.32.1 (pod p, container c: not found)',
  ],
  [
    'a container ended badly',
    { containerStatuses: [container({ terminated: { reason: 'Error', exitCode: 1 } })] },
    'Error (pod p, container c: exit code 1)',
  ],
  [
    'a Secret is missing',
    { containerStatuses: [container({ waiting: { reason: 'CreateContainerConfigError', message: 'secret "x" not found' } })] },
    'CreateContainerConfigError (pod p, container c: secret "x" not found)',
  ],
])('a pod fails when %s, and is named with its node', (_, status, text) => {
  expect(podFindings([pod(status)], now)).toEqual({ failing: true, text: `node-1 ${text}` })
})

test('init containers come before containers', () => {
  const initContainerStatuses = [container({ waiting: { reason: 'ImagePullBackOff' } }, { name: 'first' })]
  const containerStatuses = [container({ terminated: { reason: 'Error', exitCode: 1 } })]
  expect(podFindings([pod({ initContainerStatuses, containerStatuses })], now).text).toContain('container first')
})

const unready = (since: number) =>
  pod({ phase: 'Running', conditions: [{ type: 'ContainersReady', status: 'False', lastTransitionTime: new Date(since).toISOString() }] })

test('a running pod has two minutes to become ready', () => {
  const since = now - 30_000
  const early = podFindings([unready(since)], now)
  expect(early).toEqual({ failing: false, text: 'node-1 running but not ready yet (pod p)', since, again: patience - 30_000 + 1 })
  expect(podFindings([unready(since)], now + early.again!)).toEqual({ failing: true, text: 'node-1 running but not ready (pod p)', since })
})

test('a pod that finds no node says why', () => {
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' }]
  const { spec: _, ...homeless } = pod({ phase: 'Pending', conditions })
  expect(podFindings([homeless], now)).toEqual({ failing: false, text: 'p Unschedulable (0/3 nodes are available)' })
})

test('pods that are well, and pods that are on their way out, are not spoken of', () => {
  const well = pod({ phase: 'Running', conditions: [{ type: 'ContainersReady', status: 'True' }] })
  const leaving = pod({ phase: 'Failed' }, { deletionTimestamp: '2026-11-21T08:00:00Z' })
  expect(podFindings([well, leaving], now)).toEqual({ failing: false, text: '' })
})

const on = (node: string, status: Pod['status']): Pod => ({ ...pod(status), spec: { nodeName: node, containers: [] } })
const crash = { containerStatuses: [container({ waiting: { reason: 'CrashLoopBackOff' } })] }

test('pods with the same trouble are one cause, of which three nodes are named; what will not pass comes first', () => {
  const pods = [on('a', { phase: 'Pending' }), ...['f', 'e', 'd', 'c', 'b'].map(node => on(node, crash))]
  expect(podFindings(pods, now)).toEqual({
    failing: true,
    text: 'b, c, d and 2 more CrashLoopBackOff (pod p, container c); a starting (pod p)',
  })
})

test('three causes are told, the others counted, and so are pods that were not looked at', () => {
  const pods = ['A', 'B', 'C', 'D', 'E'].map(reason => on('n', { phase: 'Failed', reason }))
  expect(podFindings(pods, now, 7).text).toBe('n Failed A (pod p); n Failed B (pod p); n Failed C (pod p); 2 more causes, 7 more pods')
})

test('what a runtime says is one line of ours, however much it is', () => {
  const message = `unexpected status 500:\n<html>\n${'x'.repeat(5_000)}\n</html>`
  const { text } = podFindings([pod({ containerStatuses: [container({ waiting: { reason: 'ErrImagePull', message } })] })], now)
  expect(text).toMatch(/^node-1 ErrImagePull quay\.io\S+ \(pod p, container c: unexpected status 500: <html> x+ … x+ <\/html>\)$/)
  expect(text.length).toBeLessThan(1_000)
})
