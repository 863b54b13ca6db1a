import { expect, test } from 'vitest'
import type { Deployment, Pod, ReplicaSet } from '../../kube/kinds.ts'
import { deploymentPlan } from './deployment.ts'
import { templateHash } from './pods.ts'

test('a rollout whose new pod does not get ready misses that one, although all the old ones are there', () => {
  const template = (image: string) => ({ metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image }] } })
  const metadata = { name: 'a', namespace: 'n', generation: 2 }
  const deployment = {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata },
    spec: { replicas: 3, selector: { matchLabels: { app: 'a' } }, template: template('b') },
  } as Deployment
  const set = (image: string, replicas: number) => {
    const labels = { 'pod-template-hash': templateHash(template(image)) }
    return {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: image, uid: image, labels },
      spec: { selector: {}, replicas },
    } as ReplicaSet
  }
  const pod = (of: string, status: 'True' | 'False') =>
    ({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: of, ownerReferences: [{ uid: of }] } },
      status: { conditions: [{ type: 'Ready', status }] },
    }) as Pod
  const pods = [...Array.from({ length: 3 }, () => pod('a', 'True')), pod('b', 'False')]
  const plan = deploymentPlan(deployment, { sets: [set('a', 3), set('b', 1)], pods, now: '2026-11-21T12:00:00Z' })
  expect(plan.status).toMatchObject({ availableReplicas: 3, replicas: 4, unavailableReplicas: 1 })
})
