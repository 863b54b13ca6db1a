import { describe, expect, test } from 'vitest'
import type { CertificateSigningRequest, DaemonSet, Deployment, StatefulSet } from '../kube/kinds.ts'
import { awaitedOf, isSettled, podsWanted, waitingRequests } from './workload.ts'

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
    expect(awaitedOf(workload)).toBeUndefined()
    expect(isSettled(workload)).toBe(true)
  })
})

test.each([
  [
    'nodes that have the old version',
    daemonSet({ updatedNumberScheduled: 1, numberUnavailable: 1 }),
    'DaemonSet n/w: 1 of 3 nodes updated, 1 of 3 nodes not ready',
  ],
  [
    'nodes without a ready pod',
    daemonSet({ numberUnavailable: 2, numberAvailable: 1, numberReady: 1 }),
    'DaemonSet n/w: 2 of 3 nodes not ready',
  ],
  ['nodes without a pod', daemonSet({ numberAvailable: 0, numberReady: 0 }), 'DaemonSet n/w: none of 3 nodes has a ready pod'],
  [
    'the controller of DaemonSets',
    daemonSet({ observedGeneration: 1 }),
    'DaemonSet n/w: not yet taken up by its controller (generation 2, observed 1)',
  ],
  ['replicas', deployment({ unavailableReplicas: 1, availableReplicas: 0, readyReplicas: 0 }), 'Deployment n/w: 1 of 1 replicas not ready'],
  ['the first replica', deployment({ replicas: 0, availableReplicas: 0, readyReplicas: 0 }), 'Deployment n/w: 0 of 1 replicas ready'],
  [
    'the controller of Deployments',
    deployment({ observedGeneration: 1 }),
    'Deployment n/w: not yet taken up by its controller (generation 2, observed 1)',
  ],
  ['ordinals', statefulSet({ currentReplicas: 1 }), 'StatefulSet n/w: 1 of 2 replicas there'],
])('what is awaited is named: %s', (_, workload, text) => {
  expect(awaitedOf(workload)?.text).toBe(text)
  expect(isSettled(workload)).toBe(false)
})

test('a Deployment knows since when it has not been available', () => {
  const lastTransitionTime = '2026-11-21T08:00:00Z'
  const conditions = [{ type: 'Available', status: 'False', lastTransitionTime }]
  expect(awaitedOf(deployment({ unavailableReplicas: 1, conditions }))).toEqual({
    subject: 'Deployment n/w:',
    text: 'Deployment n/w: 1 of 1 replicas not ready',
    since: Date.parse(lastTransitionTime),
  })
})

test('how many pods there should be is said by the nodes that are wanted, or by the replicas', () => {
  expect([podsWanted(daemonSet({ desiredNumberScheduled: 7 })), podsWanted(deployment({}, 4)), podsWanted(deployment({}))]).toEqual([
    7, 4, 1,
  ])
})

test('a workload that nobody has looked at yet is in progress', () => {
  const { status: _, ...fresh } = deployment({})
  expect(awaitedOf(fresh)?.text).toBe('Deployment n/w: 0 of 1 replicas ready')
  const { status: __, ...unseen } = daemonSet({})
  expect(awaitedOf(unseen)?.text).toBe('DaemonSet n/w: not yet taken up by its controller (generation 2, observed 0)')
})

test('a Deployment scaled to nothing on purpose waits for nothing', () => {
  expect(awaitedOf(deployment({ replicas: 0, availableReplicas: 0, readyReplicas: 0, updatedReplicas: 0 }, 0))).toBeUndefined()
})

test('a DaemonSet that no node wants is as wanted', () => {
  const nowhere = { desiredNumberScheduled: 0, currentNumberScheduled: 0, updatedNumberScheduled: 0, numberAvailable: 0, numberReady: 0 }
  expect(awaitedOf(daemonSet(nowhere))).toBeUndefined()
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
