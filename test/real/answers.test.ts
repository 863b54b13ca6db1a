/** Requests drawn by lot, answered by the sandbox as by a real API server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { available, type ControlPlane, startControlPlane } from '../../hack/control-plane/control-plane.ts'
import { seeded } from '../../src/kube/clock.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { Bed, type Cluster, place } from '../conformance/bed.ts'
import { RandomRequests, serviceTargets, type Target, targets } from '../conformance/random-requests.ts'
import { define } from '../conformance/widgets.ts'
import { type Disagreement, Pair } from './pair.ts'

const count = Number(process.env.ANSWERS_COUNT ?? 750)
const seeds = (process.env.ANSWERS_SEEDS ?? '1,2').split(',').map(Number)
/** More of them are not worth reading. */
const most = 5

const cluster = (transport: Transport): Cluster => ({
  transport: () => transport,
  forget: () => {},
  shared: new Map(),
  close: async () => {},
})

async function furnish(pair: Pair, seed: number): Promise<{ group: string; namespace: string }> {
  const [group, namespace] = [`s${seed}.example.com`, `s${seed}`]
  for (const transport of pair.transports) {
    await define(new Bed(cluster(transport)), { group })
    await transport.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } })
  }
  return { group, namespace }
}

async function byChance(pair: Pair, { seed, targets }: { seed: number; targets: (group: string) => Target[] }): Promise<Disagreement[]> {
  const { group, namespace } = await furnish(pair, seed)
  const kinds = targets(group)
  const requests = new RandomRequests(seeded(seed), kinds)
  const found: Disagreement[] = []
  for (let index = 0; index < count && found.length < most; index++) {
    const { target, name, subresource, ...request } = requests.next()
    const { resource } = kinds[target]!
    const key = place(resource, { namespace, name })
    const main = request.method === 'POST' ? place(resource, { namespace }) : key
    const disagreement = await pair.ask({ ...request, path: main + (subresource ? `/${subresource}` : '') }, key)
    if (disagreement) found.push(disagreement)
  }
  // What other seeds find taken on the real server would be free in their sandbox.
  for (const { resource } of kinds) for (const name of ['a', 'b']) await pair.forget(place(resource, { namespace, name }))
  return found
}

const one = ['IPv4' as const]
const two = ['IPv4' as const, 'IPv6' as const]
const networks = { IPv4: '10.96.0.0/16', IPv6: 'fd00:96::/112' }

describe.skipIf(!available()).each([
  { what: 'requests by chance', families: one, targets },
  { what: 'Services by chance', families: one, targets: () => serviceTargets },
  { what: 'Services by chance on two families', families: two, targets: () => serviceTargets },
])('$what', ({ families, targets }) => {
  let plane: ControlPlane
  beforeAll(async () => {
    plane = await startControlPlane({ controllers: false, families })
  })
  afterAll(() => plane?.close())

  test.each(seeds)('are answered alike by the sandbox and by kube-apiserver, seed %i', async seed => {
    const pair = new Pair(plane, { seed, serviceCIDRs: families.map(family => networks[family]), ports: [0, 30010, 30011, 30050] })
    expect(await byChance(pair, { seed, targets })).toEqual([])
    await pair.close()
  })
})
