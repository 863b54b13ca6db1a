import { describe, expect, test } from 'vitest'
import type { CertificateSigningRequest, CronJob, DaemonSet, Deployment, Job, StatefulSet } from '../kube/kinds.ts'
import { failedRuns, isSettled, listed, progressOf, waitingRequests } from './workload.ts'

const metadata = { name: 'w', namespace: 'n', generation: 2 }
const template = { spec: { containers: [] } }
const selector = {}

const daemonSet = (status: Partial<DaemonSet['status']>): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata,
  spec: { selector, template },
  status: {
    observedGeneration: 2,
    currentNumberScheduled: 3,
    desiredNumberScheduled: 3,
    updatedNumberScheduled: 3,
    numberAvailable: 3,
    numberReady: 3,
    numberMisscheduled: 0,
    ...status,
  },
})

const deployment = (status: Partial<Deployment['status']>, replicas?: number): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata,
  spec: { selector, template, ...(replicas !== undefined && { replicas }) },
  status: { observedGeneration: 2, replicas: 1, availableReplicas: 1, readyReplicas: 1, updatedReplicas: 1, ...status },
})

const statefulSet = (status: Partial<StatefulSet['status']>): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata,
  spec: { selector, template, serviceName: 's', replicas: 2 },
  status: { observedGeneration: 2, replicas: 2, currentReplicas: 2, readyReplicas: 2, updatedReplicas: 2, ...status },
})

describe('a workload that is as wanted has nothing to wait for, and its pods are not looked at', () => {
  test.each([daemonSet({}), deployment({}), statefulSet({})])('$kind', workload => {
    expect(progressOf(workload)).toBeUndefined()
    expect(isSettled(workload)).toBe(true)
  })
})

test.each([
  [
    'nodes that have the old version',
    daemonSet({ updatedNumberScheduled: 1, numberUnavailable: 1 }),
    'DaemonSet "n/w" update is rolling out (1 out of 3 updated)',
  ],
  [
    'nodes without a ready pod',
    daemonSet({ numberUnavailable: 2, numberAvailable: 1, numberReady: 1 }),
    'DaemonSet "n/w" is not available (awaiting 2 nodes)',
  ],
  ['nodes without a pod', daemonSet({ numberAvailable: 0, numberReady: 0 }), 'DaemonSet "n/w" is not yet scheduled on any nodes'],
  [
    'the controller of DaemonSets',
    daemonSet({ observedGeneration: 1 }),
    'DaemonSet "n/w" update is being processed (generation 2, observed generation 1)',
  ],
  [
    'replicas',
    deployment({ unavailableReplicas: 1, availableReplicas: 0, readyReplicas: 0 }),
    'Deployment "n/w" is not available (awaiting 1 replicas)',
  ],
  ['the first replica', deployment({ replicas: 0, availableReplicas: 0, readyReplicas: 0 }), 'Deployment "n/w" is not available'],
  [
    'the controller of Deployments',
    deployment({ observedGeneration: 1 }),
    'Deployment "n/w" update is being processed (generation 2, observed generation 1)',
  ],
  ['ordinals', statefulSet({ currentReplicas: 1 }), 'StatefulSet "n/w" is not available (1 out of 2 replicas)'],
])('what is awaited is named: %s', (_, workload, text) => {
  expect(progressOf(workload)).toBe(text)
  expect(isSettled(workload)).toBe(false)
})

test('a Deployment says since when it has not been available', () => {
  const conditions = [{ type: 'Available', status: 'False', lastTransitionTime: '2026-11-21T08:00:00Z' }]
  expect(progressOf(deployment({ unavailableReplicas: 1, conditions }))).toBe(
    'Deployment "n/w" is not available (awaiting 1 replicas) since 2026-11-21T08:00:00Z',
  )
})

test('a workload that nobody has looked at yet is in progress', () => {
  const { status: _, ...fresh } = deployment({})
  expect(progressOf(fresh)).toBe('Deployment "n/w" is not available')
  const { status: __, ...unseen } = daemonSet({})
  expect(progressOf(unseen)).toBe('DaemonSet "n/w" update is being processed (generation 2, observed generation 0)')
})

test('a Deployment scaled to nothing on purpose waits for nothing', () => {
  expect(progressOf(deployment({ replicas: 0, availableReplicas: 0, readyReplicas: 0, updatedReplicas: 0 }, 0))).toBeUndefined()
})

test('a DaemonSet that no node wants is as wanted', () => {
  const nowhere = { desiredNumberScheduled: 0, currentNumberScheduled: 0, updatedNumberScheduled: 0, numberAvailable: 0, numberReady: 0 }
  expect(progressOf(daemonSet(nowhere))).toBeUndefined()
})

test('a pod on a node it should not be on makes the pods worth a look', () => {
  expect(isSettled(daemonSet({ numberMisscheduled: 1 }))).toBe(false)
})

const request = (name: string, status?: CertificateSigningRequest['status']): CertificateSigningRequest => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name },
  spec: { request: '', signerName: 'example.com/signer' },
  ...(status && { status }),
})
const approved = { type: 'Approved', status: 'True' }

test('requests are awaited until somebody has approved and signed, or denied them', () => {
  const signed = request('signed', { conditions: [approved], certificate: 'LS0=' })
  const denied = request('denied', { conditions: [{ type: 'Denied', status: 'True' }] })
  expect(waitingRequests([signed, denied])).toBeUndefined()
  const waiting = [
    request('fresh'),
    request('unsigned', { conditions: [approved] }),
    request('undecided', { conditions: [{ type: 'Approved', status: 'Unknown' }] }),
  ]
  expect(waitingRequests([...waiting, signed])).toBe(
    'Waiting on CertificateSigningRequest(s) to be approved and signed: fresh, unsigned, undecided',
  )
})

test('long lists are cut after three', () => {
  expect(listed(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more')
})

test('a CronJob fails with a Job that it runs, not with one that is over', () => {
  const job = (name: string, failed: number): Job => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, status: { failed } })
  const cronJob: CronJob = { apiVersion: 'batch/v1', kind: 'CronJob', metadata, status: { active: [{ name: 'now' }] } }
  expect(failedRuns(cronJob, [job('now', 1), job('before', 1)])).toEqual(['CronJob "n/w": Job now has failed'])
  expect(failedRuns(cronJob, [job('now', 0)])).toEqual([])
})
