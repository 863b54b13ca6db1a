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
  ['the pod failed', { phase: 'Failed', reason: 'Evicted' }, 'has failed (Evicted)'],
  [
    'a container crashes',
    { containerStatuses: [crashing({ reason: 'OOMKilled', exitCode: 137 })] },
    'has crash looping container: c (OOMKilled, exit code 137)',
  ],
  [
    'a container is killed over and over',
    { containerStatuses: [crashing({ reason: 'Error', exitCode: 137 })] },
    'has crash looping container: c, possible liveness probe failure',
  ],
  [
    'a container crashes first thing',
    { containerStatuses: [container({ waiting: { reason: 'CrashLoopBackOff' } })] },
    'has crash looping container: c',
  ],
  [
    'an image cannot be had, in the runtime’s own words',
    { containerStatuses: [container({ waiting: { reason: 'ErrImagePull', message: 'not found' } })] },
    'failed to pull container image for: c (quay.io/calico/node:v3.32.1: not found)',
  ],
  [
    'a container ended badly',
    { containerStatuses: [container({ terminated: { reason: 'Error', exitCode: 1 } })] },
    'has terminated container: c (exit code 1)',
  ],
  [
    'a Secret is missing',
    { containerStatuses: [container({ waiting: { reason: 'CreateContainerConfigError', message: 'secret "x" not found' } })] },
    'cannot create container: c (CreateContainerConfigError: secret "x" not found)',
  ],
])('a pod fails when %s, and is named with its node', (_, status, text) => {
  expect(podFindings([pod(status)], now)).toEqual({ failing: [`Pod n/p on node-1 ${text}`], starting: [] })
})

test('init containers come before containers', () => {
  const initContainerStatuses = [container({ waiting: { reason: 'ImagePullBackOff' } }, { name: 'first' })]
  const containerStatuses = [container({ terminated: { reason: 'Error', exitCode: 1 } })]
  expect(podFindings([pod({ initContainerStatuses, containerStatuses })], now).failing[0]).toContain('image for: first')
})

const unready = (since: number) =>
  pod({ phase: 'Running', conditions: [{ type: 'ContainersReady', status: 'False', lastTransitionTime: new Date(since).toISOString() }] })

test('a running pod has two minutes to become ready', () => {
  expect(podFindings([unready(now - 30_000)], now)).toEqual({
    failing: [],
    starting: ['Pod n/p on node-1 is running but not ready yet'],
    again: patience - 30_000 + 1,
  })
  const { again } = podFindings([unready(now - 30_000)], now)
  expect(podFindings([unready(now - 30_000)], now + again!)).toEqual({
    failing: ['Pod n/p on node-1 is running but not ready since 2026-11-21T08:09:30Z'],
    starting: [],
  })
})

test('a pod that finds no node says why', () => {
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' }]
  const { spec: _, ...homeless } = pod({ phase: 'Pending', conditions })
  expect(podFindings([homeless], now).starting).toEqual(['Pod n/p is not scheduled (Unschedulable: 0/3 nodes are available)'])
})

test('pods that are well, and pods that are on their way out, are not spoken of', () => {
  const well = pod({ phase: 'Running', conditions: [{ type: 'ContainersReady', status: 'True' }] })
  const leaving = pod({ phase: 'Failed' }, { deletionTimestamp: '2026-11-21T08:00:00Z' })
  expect(podFindings([well, leaving], now)).toEqual({ failing: [], starting: [] })
})

test('three pods are named, the others counted', () => {
  const pods = Array.from({ length: 5 }, (_, index) => pod({ phase: 'Failed' }, { name: `p${index}` }))
  const { failing } = podFindings(pods, now)
  expect(failing).toHaveLength(4)
  expect(failing.at(-1)).toBe('… and 2 more pods')
})
