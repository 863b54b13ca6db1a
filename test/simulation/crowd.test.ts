/** Many nodes cost no more than few: neither an installation, nor all of them saying that they are alive. More of them: CROWD_NODES=5000. */
import { afterEach, expect, test } from 'vitest'
import { TigeraStatus } from '../../api/tigerastatus.ts'
import { ground } from '../../src/cli/ground.ts'
import { Offline, type OfflineOptions, operatorUser } from '../../src/cli/offline.ts'
import { knownKeys } from '../keys.ts'
import { installation } from './objects.ts'

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

async function prepared(count: number, life: OfflineOptions['life']): Promise<Offline> {
  const cluster = new Offline({ keys: knownKeys(), life })
  clusters.push(cluster)
  await cluster.furnish(ground('v3'))
  await cluster.addNodes([{ count }])
  await cluster.does(user => user.create(installation()))
  return cluster
}

async function installedOn(count: number): Promise<Watched> {
  const cluster = await prepared(count, { pods: false })
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

test('of many nodes those are named that have no calico-node, since when and why', { timeout: 120_000 }, async () => {
  const cluster = await prepared(many, { startMs: 500 })
  const failing = ['node-17', 'node-4', 'node-40']
  for (const node of failing) cluster.life.fail({ name: 'calico-node', node }, 'ImagePullBackOff', 'not found')
  await cluster.start()
  await cluster.time.pass(30_000)
  const statuses = (await cluster.does(user => user.list(TigeraStatus.apiVersion, TigeraStatus.plural))) as TigeraStatus[]
  const conditions = statuses.find(({ metadata }) => metadata.name === 'calico')?.status?.conditions
  expect(conditions?.find(({ type }) => type === 'Degraded')).toMatchObject({ status: 'True', reason: 'PodFailure' })
  const [line] = conditions!.find(({ type }) => type === 'Degraded')!.message!.split('\n')
  expect(line).toMatch(
    new RegExp(
      `^DaemonSet calico-system/calico-node: 3 of ${many} nodes not ready \\(since 2026-01-01T00:00:..Z\\): ` +
        'node-17, node-4, node-40 ImagePullBackOff quay.io/calico/node:\\S+ \\(pod calico-node-\\w+, container calico-node: not found\\)$',
    ),
  )
})
