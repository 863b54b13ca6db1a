import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Bed } from '../../test/simulation/loop-bed.ts'
import { configMap, Machine, machine, namespace, refTo } from '../../test/simulation/loop-machine.ts'
import { ConfigMap, Namespace, Secret, ServiceAccount } from '../kube/kinds.ts'
import type { KubeObject, OwnerReference } from '../kube/objects.ts'
import type { Transport } from '../kube/transport.ts'
import type { Controller } from './controller.ts'
import { Invalid } from './problems.ts'

/** A Namespace stands for the resource that is served: its annotations say what is asked. */
const served = { kind: Namespace, name: 'owner' }
const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'owner' }
const ownerOf = ({ apiVersion, kind, metadata: { name, uid = '' } }: KubeObject): OwnerReference => ({ apiVersion, kind, name, uid })
const owned = (name: string, owner: KubeObject): KubeObject => ({
  ...configMap(name),
  metadata: { name, namespace: 'calico-system', ownerReferences: [ownerOf(owner)] },
})

/** Wants the ConfigMaps that an annotation of its name lists; `!` is invalid, and of what is kept nothing is known. */
const listing = (name: string): Controller<KubeObject> => ({
  name,
  serves: served,
  makes: [ConfigMap, Secret, ServiceAccount],
  read: cluster => cluster.get(Namespace, 'owner') as Promise<KubeObject | undefined>,
  desired(owner) {
    const list = owner.metadata.annotations?.[name] ?? ''
    if (list === '!') throw new Invalid([{ reason: 'InvalidConfigurationError', message: 'is invalid' }])
    const [kept = [], wanted = []] = [true, false].map(is => list.split(' ').filter(each => each !== '' && each.startsWith('keep:') === is))
    const names = kept.map(each => each.slice('keep:'.length))
    return {
      objects: wanted.map(each => owned(each, owner)),
      keeps: names.includes('*') ? { kinds: [ConfigMap] } : { objects: names.map(each => refTo(each)) },
    }
  },
})

const asking = (lists: Record<string, string>): KubeObject => ({ ...namespace('owner'), metadata: { name: 'owner', annotations: lists } })

async function asked(lists: Record<string, string>, before: KubeObject[] = []) {
  const it = await machine(['one', 'two'].map(listing) as Controller[], { before: [asking(lists), ...before] })
  const { bed } = it
  const asks = async (annotations: Record<string, string>) => {
    await bed.changes(ref, { metadata: { annotations } })
    await bed.time.pass(3_000)
  }
  return { it, bed, asks }
}

async function there(bed: Bed): Promise<string[]> {
  const maps = await bed.list('v1', 'configmaps')
  return maps
    .filter(({ metadata }) => metadata.namespace === 'calico-system' && metadata.name !== 'kube-root-ca.crt')
    .map(({ metadata }) => metadata.name)
}

describe('what is no longer wanted', () => {
  test('goes, once, when nobody wants it any more', async () => {
    const { it, bed, asks } = await asked({ one: 'a b', two: 'c' })
    expect(await there(bed)).toEqual(['a', 'b', 'c'])
    const since = bed.clock.now()
    await asks({ one: 'a', two: 'b c' })
    expect(await there(bed)).toEqual(['a', 'b', 'c'])
    await asks({ two: 'c' })
    expect(await there(bed)).toEqual(['a', 'c'])
    expect(it.writes(since).filter(each => each.startsWith('delete'))).toEqual(['delete ConfigMap b'])
  })

  test('goes whichever of the controllers made it', async () => {
    const { bed, asks } = await asked({ one: 'a', two: 'b c' })
    await asks({ two: '' })
    expect(await there(bed)).toEqual(['a'])
    await asks({ one: '' })
    expect(await there(bed)).toEqual([])
  })

  test('goes after a restart too', async () => {
    const { it, bed, asks } = await asked({ one: 'a b', two: 'c' })
    it.stop()
    await asks({ one: 'a' })
    expect(await there(bed)).toEqual(['a', 'b', 'c'])
    const next = new Machine(bed, ['one', 'two'].map(listing) as Controller[])
    await bed.time.pass(3_000)
    expect(await there(bed)).toEqual(['a', 'c'])
    next.stop()
  })

  test('stays while one of the controllers is stopped, and goes when it is well again', async () => {
    const { bed, asks } = await asked({ one: 'a b', two: 'c d' })
    await asks({ one: 'a', two: '!' })
    expect(await there(bed)).toEqual(['a', 'b', 'c', 'd'])
    await asks({ two: 'c' })
    expect(await there(bed)).toEqual(['a', 'c'])
    await asks({ one: '!', two: '' })
    expect(await there(bed)).toEqual(['a', 'c'])
  })

  test('stays where that is said, as an object or as a kind, and goes when it is said no more', async () => {
    const { bed, asks } = await asked({ one: 'a b', two: 'c d' })
    await asks({ one: 'a keep:b', two: 'c' })
    expect(await there(bed)).toEqual(['a', 'b', 'c'])
    await asks({ one: '', two: 'c keep:*' })
    expect(await there(bed)).toEqual(['a', 'b', 'c'])
    await asks({ one: '', two: 'c' })
    expect(await there(bed)).toEqual(['c'])
  })

  test('stays while what replaces it cannot be written', async () => {
    const { it, bed, asks } = await asked({ one: 'old', two: 'c' })
    const allow = bed.sandbox.forbid({ user: 'operator', verb: 'patch', resource: 'configmaps', name: 'new' })
    await asks({ one: 'new' })
    expect(await there(bed)).toEqual(['c', 'old'])
    expect(it.said('one')[0]).toMatch(/^ConfigMap calico-system\/new: cannot write/)
    allow()
    await bed.time.pass(60_000)
    expect(await there(bed)).toEqual(['c', 'new'])
  })

  test('that cannot be removed is a problem of that object, tried again, and over when it succeeds', async () => {
    const { it, bed, asks } = await asked({ one: 'a b', two: 'c' })
    const allow = bed.sandbox.forbid({ user: 'operator', verb: 'delete', resource: 'configmaps' })
    const since = bed.clock.now()
    await asks({ one: 'a' })
    expect(it.said('one')).toEqual([
      expect.stringMatching(/^ConfigMap calico-system\/b: cannot remove: .*cannot delete resource "configmaps"/),
    ])
    await bed.time.pass(300_000)
    expect(it.writes(since).length).toBeLessThan(12)
    allow()
    await bed.time.pass(100_000)
    expect(await there(bed)).toEqual(['a', 'c'])
    expect(it.said('one')).toEqual([])
  })

  test('stays when the resource is being deleted: then it goes with its owner', async () => {
    const { it, bed, asks } = await asked({ one: 'a b', two: 'c' })
    await bed.changes(ref, { metadata: { finalizers: ['example.com/held'] } })
    await bed.deletes(ref)
    const since = bed.clock.now()
    await asks({ one: 'a' })
    expect(it.writes(since).filter(each => each.startsWith('delete'))).toEqual([])
  })
})

test('what could not be taken away while another was at work is taken away when that has come to rest', async () => {
  const bedClock: { after?: (milliseconds: number, run: () => void) => void } = {}
  // Writes of one object take a while.
  const through = (inner: Transport): Transport => ({
    ...inner,
    watch: request => inner.watch(request),
    close: () => inner.close(),
    request: async request => {
      if (request.path.endsWith('/slow')) await new Promise<void>(resolve => bedClock.after?.(5_000, resolve) ?? resolve())
      return inner.request(request)
    },
  })
  const listed: Controller<{ owner: KubeObject; list: string }> = {
    ...(listing('one') as Controller<never>),
    async read(cluster) {
      const list = (await cluster.get(ConfigMap, 'asked', 'calico-system'))?.data?.list ?? ''
      return { owner: (await cluster.get(Namespace, 'owner')) as KubeObject, list }
    },
    desired: ({ owner, list }) => ({ objects: list.split(' ').flatMap(each => (each === '' ? [] : [owned(each, owner)])) }),
  }
  const before = [asking({ two: 'slow' }), configMap('asked', { list: 'a b' })]
  const { bed } = await machine([listed, listing('two')] as Controller[], { before, through })
  bedClock.after = bed.clock.after
  await bed.changes(refTo('slow'), { metadata: { labels: null }, data: { drift: 'yes' } })
  await bed.deletes(refTo('slow'))
  await bed.time.pass(1_000)
  await bed.changes(refTo('asked'), { data: { list: 'a' } })
  await bed.time.pass(1_000)
  expect(await there(bed)).toEqual(['a', 'asked', 'b'])
  await bed.time.pass(10_000)
  expect(await there(bed)).toEqual(['a', 'asked', 'slow'])
})

test("nothing of anybody else's is ever removed, whatever it is called and whoever is named as its owner", async () => {
  const { it, bed, asks } = await asked({ one: 'a b', two: 'c' })
  const owner = (await bed.live(ref))!
  const names = fc.constantFrom('b', 'calico-node', 'cni-config', 'tigera-ca-bundle', 'x')
  const labels = fc.constantFrom({}, { 'app.kubernetes.io/managed-by': 'tigera-operator', 'app.kubernetes.io/part-of': 'Calico' })
  const owners = fc.constantFrom([], [ownerOf(owner)], [{ ...ownerOf(owner), uid: 'another' }])
  const kinds = fc.constantFrom('ConfigMap', 'Secret', 'ServiceAccount')
  const objects = fc.sample(
    fc.record({ name: names, labels, owners, kind: kinds, at: fc.constantFrom('calico-system', 'tigera-operator', 'kube-system') }),
    {
      numRuns: 200,
      seed: 7,
    },
  )
  const theirs = objects.map(({ name, labels: given, owners: ownerReferences, kind, at }, index) => ({
    apiVersion: 'v1',
    kind,
    metadata: {
      name: `${name}-${index}`,
      namespace: at,
      labels: { ...given } as Record<string, string>,
      ownerReferences: [...ownerReferences],
    },
  }))
  await bed.creates(...theirs.filter(({ metadata }) => metadata.ownerReferences.every(({ uid }) => uid === owner.metadata.uid)))
  const since = bed.clock.now()
  await asks({ one: 'a' })
  expect(it.writes(since).filter(each => each.startsWith('delete'))).toEqual(['delete ConfigMap b'])
  it.stop()
  const next = new Machine(bed, ['one', 'two'].map(listing) as Controller[])
  await bed.time.pass(3_000)
  await asks({ one: '', two: '' })
  expect(
    next
      .writes(since)
      .filter(each => each.startsWith('delete'))
      .toSorted(),
  ).toEqual(['delete ConfigMap a', 'delete ConfigMap b', 'delete ConfigMap c'])
  next.stop()
})

test('a controller that has nothing to serve wants nothing, and nothing of it is left', async () => {
  const { it, bed } = await asked({ one: 'a', two: 'b' })
  await bed.deletes(ref)
  await bed.time.pass(30_000)
  expect(await there(bed)).toEqual([])
  expect(it.reports.slice(-2).map(({ serving }) => serving)).toEqual([false, false])
})

test('a restart on a cluster that is as wanted writes nothing and asks for nothing', async () => {
  const { it, bed } = await asked({ one: 'a b', two: 'c' })
  expect(await bed.live(refTo('a'))).toBeDefined()
  it.stop()
  const requests = bed.sandbox.requests.all.length
  const next = new Machine(bed, ['one', 'two'].map(listing) as Controller[])
  await bed.time.pass(60_000)
  const requested = bed.sandbox.requests.all.slice(requests).filter(({ user, verb }) => user === 'operator' && verb !== 'watch')
  expect(requested).toEqual([])
  expect(next.loop.resting).toBe(true)
  next.stop()
})
