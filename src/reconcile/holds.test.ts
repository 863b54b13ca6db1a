import { expect, test } from 'vitest'
import type { KubeObject } from '../kube/objects.ts'
import type { Condition } from './controller.ts'
import { holds } from './holds.ts'

const ref = { apiVersion: 'v1', kind: 'X', name: 'x' }
const about = (is: Condition['is'], live?: object) => holds({ ref, is }, live as KubeObject | undefined)
const daemonSet = (status?: object, generation = 2) => ({
  kind: 'DaemonSet',
  metadata: { name: 'x', generation },
  ...(status && { status }),
})
const deployment = (status: object, spec: object = { replicas: 2 }) => ({
  kind: 'Deployment',
  metadata: { name: 'x', generation: 1 },
  spec,
  status: { observedGeneration: 1, ...status },
})
const onThree = { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 }

test.each([
  ['nothing is gone', 'gone', undefined, true],
  ['what is being deleted is not gone', 'gone', { metadata: { deletionTimestamp: 'now' } }, false],
  ['an object is present', 'present', { metadata: {} }, true],
  ['what is being deleted is not present', 'present', { metadata: { deletionTimestamp: 'now' } }, false],
  ['nothing is not present', 'present', undefined, false],
  ['a CRD is established when it says so', 'established', { status: { conditions: [{ type: 'Established', status: 'True' }] } }, true],
  [
    'a CRD that is not accepted is not established',
    'established',
    { status: { conditions: [{ type: 'Established', status: 'False' }] } },
    false,
  ],
  ['a CRD that says nothing is not established', 'established', {}, false],
  ['a CRD that is not there is not established', 'established', undefined, false],
  ['a Deployment with one pod of two is answering', 'answering', deployment({ replicas: 2, availableReplicas: 1 }), true],
  ['a Deployment without a pod is not answering', 'answering', deployment({ replicas: 2 }), false],
  ['nothing is not answering', 'answering', undefined, false],
  ['a DaemonSet on all nodes is available', 'available', daemonSet(onThree), true],
  ['a DaemonSet without nodes is available', 'available', daemonSet({ observedGeneration: 2 }), true],
  ['a DaemonSet nobody has looked at since it changed is not', 'available', daemonSet({ ...onThree, observedGeneration: 1 }), false],
  ['a new DaemonSet is not', 'available', daemonSet(undefined, 1), false],
  ['a DaemonSet with old pods is not', 'available', daemonSet({ ...onThree, updatedNumberScheduled: 2 }), false],
  ['a DaemonSet with a pod that is not ready is not', 'available', daemonSet({ ...onThree, numberAvailable: 2 }), false],
  ['a Deployment with all replicas is available', 'available', deployment({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 }), true],
  ['a Deployment with one old pod left is not', 'available', deployment({ replicas: 3, updatedReplicas: 2, availableReplicas: 2 }), false],
  ['a Deployment without a number has one', 'available', deployment({ replicas: 1, updatedReplicas: 1, availableReplicas: 1 }, {}), true],
  ['a Deployment of none is available', 'available', deployment({}, { replicas: 0 }), true],
  ['nothing is not available', 'available', undefined, false],
] as const)('%s', (...[, is, live, expected]) => expect(about(is, live)).toBe(expected))
