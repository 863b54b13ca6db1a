/** Many nodes cost no more than few: neither an installation, nor all of them saying that they are alive. More of them: CROWD_NODES=5000. */
import { afterEach, expect, test } from 'vitest'
import { ground } from '../../src/cli/ground.ts'
import { Offline, operatorUser } from '../../src/cli/offline.ts'
import { knownKeys } from '../keys.ts'
import { installation } from './loop-bed.ts'

const many = Number(process.env.CROWD_NODES ?? 60)

const clusters: Offline[] = []
afterEach(() => {
  for (const cluster of clusters.splice(0)) cluster.close()
})

/** How often a controller has run. */
interface Watched {
  cluster: Offline
  runs: () => number
}

async function installedOn(count: number): Promise<Watched> {
  const cluster = new Offline({ keys: knownKeys() })
  clusters.push(cluster)
  await cluster.furnish(ground('v3'))
  await cluster.addNodes([{ count }])
  await cluster.does(user => user.create(installation()))
  let runs = 0
  await cluster.start({ observer: { reported: () => runs++ } })
  expect(await cluster.rest()).toBe(true)
  return { cluster, runs: () => runs }
}

const written = ({ cluster }: Watched) =>
  cluster.sandbox.requests
    .writes(operatorUser)
    .map(({ verb, resource, subresource, name }) => `${verb} ${resource}/${subresource ?? ''} ${name}`)
    .sort()

test('an installation on many nodes is written as one on few, and read no more', { timeout: 120_000 }, async () => {
  const [few, crowd] = [await installedOn(3), await installedOn(many)]
  expect(written(crowd)).toEqual(written(few))
  expect(crowd.cluster.sandbox.requests.reads(operatorUser)).toEqual([])
})

test('nodes that say that they are alive wake nobody, one that comes or goes is counted', { timeout: 120_000 }, async () => {
  const { cluster, runs } = await installedOn(many)
  const kubelets = cluster.sandbox.transport({ user: 'kubelet' })
  const before = { runs: runs(), requests: cluster.sandbox.requests.writes(operatorUser).length }
  for (let node = 0; node < many; node++) {
    const condition = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: `beat of ${node}` }
    const contentType = 'application/strategic-merge-patch+json'
    const body = { status: { conditions: [condition] } }
    const { status } = await kubelets.request({ method: 'PATCH', path: `/api/v1/nodes/node-${node}/status`, body, contentType })
    expect(status).toBe(200)
    await cluster.time.pass(100)
  }
  expect({ runs: runs(), requests: cluster.sandbox.requests.writes(operatorUser).length }).toEqual(before)
  await kubelets.request({ method: 'DELETE', path: `/api/v1/nodes/node-${many - 1}` })
  await cluster.time.pass(1_000)
  expect(runs()).toBeGreaterThan(before.runs)
})
