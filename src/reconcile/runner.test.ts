import { expect, test } from 'vitest'
import { configMap, type MachineOptions, machine, reading, refTo, wanting } from '../../test/simulation/loop-machine.ts'
import { disturbing, Skew } from '../../test/simulation/trouble.ts'
import type { User } from '../cli/user.ts'
import { Unreachable } from '../kube/errors.ts'
import { ConfigMap, Node, Secret } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/objects.ts'
import type { Controller, Outcome, Reader } from './controller.ts'
import { Invalid, Waiting } from './problems.ts'

/** One controller, and how often it has run. */
async function running(
  read: (cluster: Reader) => Promise<Outcome>,
  options: MachineOptions & { before?: KubeObject[]; others?: Controller[] } = {},
) {
  let runs = 0
  const one = reading('one', async cluster => {
    runs++
    return read(cluster)
  })
  const it = await machine([one, ...(options.others ?? [])], options)
  const { bed } = it
  const after = async (work: () => Promise<unknown>) => {
    const before = runs
    await work()
    await bed.time.pass(2_000)
    return runs - before
  }
  return { it, bed, after, runs: () => runs }
}

/** Looks at something, and wants nothing. */
const only = (look: (cluster: Reader) => Promise<unknown>) => async (cluster: Reader) => {
  await look(cluster)
  return {}
}

const beaten = { metadata: { annotations: { beat: '1' } } }
const node = (name: string, more: object = {}) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name }, ...more })
const nodeRef = (name: string) => ({ apiVersion: 'v1', kind: 'Node', name })

test('who read an object runs again when it comes, changes and goes, and at nothing else', async () => {
  const { bed, after, runs } = await running(only(cluster => cluster.get(ConfigMap, 'a', 'calico-system')))
  expect(runs()).toBe(1)
  expect(await after(() => bed.creates(configMap('a')))).toBe(1)
  expect(await after(() => bed.changes(refTo('a'), { data: { x: '1' } }))).toBe(1)
  expect(await after(() => bed.creates(configMap('b')))).toBe(0)
  expect(await after(() => bed.deletes(refTo('a')))).toBe(1)
})

test('who listed a namespace runs again for every object in it', async () => {
  const { bed, after } = await running(only(cluster => cluster.list(ConfigMap, 'calico-system')))
  expect(await after(() => bed.creates(configMap('a')))).toBe(1)
  expect(await after(() => bed.creates(configMap('a', {}, 'default')))).toBe(0)
})

test('a derived value wakes only when it is another one: heartbeats of a hundred nodes wake nobody', async () => {
  const before = Array.from({ length: 100 }, (_, index) => node(`node-${index}`))
  const { bed, after } = await running(
    only(cluster => cluster.derive('how many', Node, nodes => nodes.filter(({ spec }) => !spec?.unschedulable).length)),
    { before },
  )
  const beat = () => bed.does(user => Promise.all(before.map(({ metadata }) => user.mergePatch(nodeRef(metadata.name), beaten))))
  expect(await after(beat)).toBe(0)
  expect(await after(() => bed.changes(nodeRef('node-7'), { spec: { unschedulable: true } }))).toBe(1)
  expect(await after(() => bed.creates(node('node-100')))).toBe(1)
})

test('whether a kind is served is read like anything else', async () => {
  const Thing = { apiVersion: 'example.com/v1', kind: 'Thing', plural: 'things', namespaced: false }
  const answers: boolean[] = []
  const { bed, after } = await running(
    only(async cluster => answers.push(await cluster.serves(Thing))),
    { kinds: [Thing] },
  )
  expect(answers).toEqual([false])
  expect(await after(() => bed.creates(crd))).toBe(1)
  expect(await after(() => bed.deletes({ apiVersion: crd.apiVersion, kind: crd.kind, name: crd.metadata.name }))).toBe(0)
  await bed.time.pass(10_000)
  expect(answers).toEqual([false, true, false])
})

const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Cluster',
    names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
}

test('many events are answered by few runs', async () => {
  const { bed, runs, after } = await running(only(cluster => cluster.list(ConfigMap, 'calico-system')))
  const many = Array.from({ length: 200 }, (_, index) => configMap(`many-${index}`))
  expect(await after(() => bed.creates(...many))).toBeLessThanOrEqual(3)
  expect(runs()).toBeGreaterThan(1)
})

test('what changes between the read and the end of the run is answered by another run', async () => {
  let meanwhile: (() => Promise<unknown>) | undefined
  const { bed } = await running(
    async cluster => {
      const found = await cluster.get(ConfigMap, 'asked', 'calico-system')
      await meanwhile?.()
      meanwhile = undefined
      return { objects: [configMap('made', found?.data)] }
    },
    { before: [configMap('asked', { x: 'old' })] },
  )
  // While the answer to the second change is being worked out, the third comes.
  const change = (user: User, x: string) => user.mergePatch(refTo('asked'), { data: { x } })
  await bed.does(async user => {
    meanwhile = () => change(user, 'newest')
    await change(user, 'new')
  })
  await bed.time.pass(2_000)
  expect(meanwhile).toBeUndefined()
  expect((await bed.live(refTo('made')))?.data).toEqual({ x: 'newest' })
})

test('so is a change of what has never been read before', async () => {
  let meanwhile: (() => Promise<unknown>) | undefined
  const { bed } = await running(
    async cluster => {
      if (!(await cluster.get(ConfigMap, 'go', 'calico-system'))) return {}
      const found = await cluster.get(ConfigMap, 'asked', 'calico-system')
      await meanwhile?.()
      meanwhile = undefined
      return { objects: [configMap('made', found?.data)] }
    },
    { before: [configMap('asked', { x: 'old' })] },
  )
  await bed.does(async user => {
    meanwhile = () => user.mergePatch(refTo('asked'), { data: { x: 'new' } })
    await user.create(configMap('go'))
  })
  await bed.time.pass(2_000)
  expect((await bed.live(refTo('made')))?.data).toEqual({ x: 'new' })
})

test('a kind whose watch hangs holds up whoever reads it, and nobody else; it is told, and over when it answers', async () => {
  const { promise, reject } = Promise.withResolvers<never>()
  let hangs = true
  const { bed, it, runs } = await running(
    only(cluster => cluster.list(Secret, 'calico-system')),
    {
      others: [wanting('two', { objects: [configMap('two')] })],
      through: inner => disturbing(inner, ({ path }) => (hangs && path.includes('/secrets') ? promise : undefined)),
    },
  )
  expect(await bed.live(refTo('two'))).toBeDefined()
  expect(it.said('one')).toEqual([])
  await bed.time.pass(20_000)
  expect(it.said('one')).toEqual(['cannot read secrets: no answer yet'])
  expect(runs()).toBe(1)
  hangs = false
  reject(new Unreachable('the connection was reset'))
  await bed.time.pass(5_000)
  expect(it.said('one')).toEqual([])
})

test('after a failure, what was read by then wakes it, and so does what it read when it last was well', async () => {
  const { bed, after, it } = await running(async cluster => {
    const first = await cluster.get(ConfigMap, 'first', 'calico-system')
    if (first?.data?.fail) throw new Invalid([{ reason: 'InvalidConfigurationError', message: 'must not fail' }])
    await cluster.get(ConfigMap, 'second', 'calico-system')
    return {}
  })
  expect(await after(() => bed.creates(configMap('first', { fail: 'yes' })))).toBe(1)
  expect(it.said('one')).toEqual(['must not fail'])
  expect(await after(() => bed.creates(configMap('second')))).toBe(1)
  expect(await after(() => bed.changes(refTo('first'), { data: { fail: null } }))).toBe(1)
  expect(it.said('one')).toEqual([])
})

test("a failure that is somebody else's does not come back at every heartbeat", async () => {
  const { bed, after } = await running(
    async cluster => {
      const count = await cluster.derive('count', Node, nodes => nodes.length)
      if (count > 1) throw new Waiting([{ reason: 'ResourceNotFound', message: 'wait' }])
      return {}
    },
    { before: [node('a')] },
  )
  expect(await after(() => bed.creates(node('b')))).toBe(1)
  expect(await after(() => bed.changes(nodeRef('b'), beaten))).toBe(0)
  expect(await after(() => bed.deletes(nodeRef('b')))).toBe(1)
})

test('a fault of ours is logged with its stack, told without, and tried again, later each time', async () => {
  const { bed, it, runs } = await running(async () => {
    throw new TypeError('x is undefined')
  })
  expect(it.said('one')).toEqual(['rendering failed: x is undefined. The log has the details; please report it'])
  expect((it.faults[0]!.error as Error).stack).toMatch(/runner\.test/)
  await bed.time.pass(60_000)
  expect(runs()).toBeGreaterThanOrEqual(5)
  expect(runs()).toBeLessThanOrEqual(7)
})

test('an Outcome that contradicts itself is told as the fault it is', async () => {
  const { it } = await running(async () => ({ objects: [configMap('a'), configMap('a')] }))
  expect(it.said('one')).toEqual([
    'ConfigMap calico-system/a: is wanted twice in one rendering. This is a fault of the operator: please report it',
  ])
  expect(it.writes()).toEqual([])
})

test('a look that is due is not put off by what happens to objects meanwhile', async () => {
  const { bed, runs } = await running(async () => ({ objects: [configMap('a', { x: '1' })], again: 60_000 }))
  for (let n = 0; n < 10; n++) {
    await bed.changes(refTo('a'), { data: { x: `drift ${n}` } })
    await bed.time.pass(5_000)
  }
  expect(runs()).toBe(1)
  await bed.time.pass(10_000)
  expect(runs()).toBe(2)
})

test('what stops a run may name a time to look again', async () => {
  const { bed, runs } = await running(async () => {
    throw new Invalid([{ reason: 'CertificateError', message: 'not valid yet' }], { again: 30_000 })
  })
  await bed.time.pass(28_000)
  expect(runs()).toBe(1)
  await bed.time.pass(2_000)
  expect(runs()).toBe(2)
})

test('a clock that is set back or forward holds nothing up', async () => {
  const skew = new Skew()
  const { bed, after } = await running(
    only(cluster => cluster.get(ConfigMap, 'a', 'calico-system')),
    { clock: skew.clock },
  )
  skew.ms = -86_400_000
  expect(await after(() => bed.creates(configMap('a')))).toBe(1)
  skew.ms = 86_400_000
  expect(await after(() => bed.changes(refTo('a'), { data: { x: '1' } }))).toBe(1)
})

test('once it is stopped nothing is read, written or told any more, in the middle of a run too', async () => {
  const objects = Array.from({ length: 100 }, (_, index) => configMap(`many-${index}`))
  const { it, bed } = await running(async cluster => ({ objects: (await cluster.get(ConfigMap, 'go', 'calico-system')) ? objects : [] }))
  let writes = 0
  const unsubscribe = it.cache.subscribe(({ type }) => {
    if (type === 'added' && ++writes === 10) it.stop()
  })
  const reports = it.reports.length
  await bed.creates(configMap('go'))
  await bed.time.pass(10_000)
  unsubscribe()
  expect(it.writes().length).toBeGreaterThan(5)
  expect(it.writes().length).toBeLessThan(30)
  expect(it.reports.length).toBe(reports)
  expect(it.loop.resting).toBe(true)
})
