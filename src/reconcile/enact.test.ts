import { describe, expect, test } from 'vitest'
import { configMap, enacting, named, namespace, reading, refTo } from '../../test/simulation/loop-machine.ts'
import { disturbing } from '../../test/simulation/trouble.ts'
import { ApiError } from '../kube/errors.ts'
import { ConfigMap } from '../kube/kinds.ts'
import type { KubeObject, ObjectRef } from '../kube/objects.ts'
import type { Outcome } from './controller.ts'

const refOfKind = (apiVersion: string, kind: string, name = 'x'): ObjectRef => ({ apiVersion, kind, name, namespace: 'calico-system' })
const daemonSet = (image = 'a'): KubeObject =>
  named('apps/v1', 'DaemonSet', {
    spec: {
      selector: { matchLabels: { app: 'x' } },
      template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'x', image }] } },
    },
  })

describe('order', () => {
  const objects = [
    named('apps/v1', 'DaemonSet', { spec: (daemonSet() as KubeObject & { spec: object }).spec }),
    named('v1', 'Service', { spec: { ports: [{ port: 1 }] } }),
    configMap('x'),
    named('rbac.authorization.k8s.io/v1', 'RoleBinding', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'x' } }),
    named('rbac.authorization.k8s.io/v1', 'Role', { rules: [] }),
    named('v1', 'ServiceAccount'),
    namespace('later'),
    configMap('y', {}, 'later'),
  ]
  const written = [
    'Namespace later',
    'ServiceAccount x',
    'Role x',
    'RoleBinding x',
    'ConfigMap x',
    'ConfigMap y',
    'Service x',
    'DaemonSet x',
  ]

  test('what others need is written first', async () => {
    const { it } = await enacting({ objects })
    expect(it.writes()).toEqual(written.map(each => `write ${each}`))
  })

  test('what needed others goes first', async () => {
    const gone = objects.map(({ apiVersion, kind, metadata: { name, namespace: at } }) => ({
      apiVersion,
      kind,
      name,
      ...(at && { namespace: at }),
    }))
    const { it, bed } = await enacting(
      reading('one', async cluster => ((await cluster.get(ConfigMap, 'go', 'calico-system')) ? { remove: gone } : { objects })),
    )
    const { clock } = bed
    await bed.creates(configMap('go'))
    const since = clock.now()
    await bed.time.pass(1_000)
    const order = written.toReversed().map(each => `delete ${each}`)
    // Within a step the order is the given one.
    expect(it.writes(since)).toEqual(
      order.map(each => (each.endsWith('Map y') ? 'delete ConfigMap x' : each.endsWith('Map x') ? 'delete ConfigMap y' : each)),
    )
    expect(it.said('one')).toEqual([])
  })
})

describe('conditions', () => {
  test('available means as it is wanted now, not as it was', async () => {
    const { it, bed } = await enacting(
      reading('one', async cluster => {
        const { data } = (await cluster.get(ConfigMap, 'asked', 'calico-system')) ?? {}
        return {
          objects: [
            daemonSet(data?.image),
            { object: configMap('after', data), after: [{ ref: refOfKind('apps/v1', 'DaemonSet'), is: 'available' }] },
          ],
        }
      }),
      { before: [configMap('asked', { image: 'a' })] },
    )
    expect(it.said('one')).toEqual(['ConfigMap calico-system/after waits for DaemonSet calico-system/x to be available'])
    await bed.rollOut()
    await bed.time.pass(1_000)
    expect((await bed.live(refTo('after')))?.data).toEqual({ image: 'a' })
    await bed.changes(refTo('asked'), { data: { image: 'b' } })
    await bed.time.pass(1_000)
    expect((await bed.live(refTo('after')))?.data).toEqual({ image: 'a' })
    await bed.rollOut()
    await bed.time.pass(1_000)
    expect((await bed.live(refTo('after')))?.data).toEqual({ image: 'b' })
    expect(it.said('one')).toEqual([])
  })

  test('what waits for an object that cannot be written is not written, however many they are, and that is one line', async () => {
    const after = [{ ref: refTo('bad'), is: 'written' } as const]
    const { it } = await enacting({
      objects: [
        configMap('bad', { 'not a key': '' }),
        ...['a', 'b', 'c'].map(name => ({ object: configMap(name), after })),
        configMap('d'),
      ],
    })
    expect(it.writes()).toEqual(['write ConfigMap bad 422', 'write ConfigMap d'])
    expect(it.said('one')[1]).toBe('ConfigMap calico-system/a and 2 more wait for ConfigMap calico-system/bad to be written')
  })

  test('something goes only when what it waits for is gone with its pods', async () => {
    const { it, bed } = await enacting(
      {
        remove: [
          { ref: refTo('last'), after: [{ ref: refOfKind('apps/v1', 'DaemonSet'), is: 'gone' }] },
          refOfKind('apps/v1', 'DaemonSet'),
        ],
      },
      { before: [configMap('last'), { ...daemonSet(), metadata: { ...daemonSet().metadata, finalizers: ['example.com/pods'] } }] },
    )
    expect(it.writes()).toEqual(['delete DaemonSet x'])
    expect(it.said('one')).toEqual(['the removal of ConfigMap calico-system/last waits for DaemonSet calico-system/x to be gone'])
    await bed.changes(refOfKind('apps/v1', 'DaemonSet'), { metadata: { finalizers: null } })
    await bed.time.pass(1_000)
    expect(await bed.live(refTo('last'))).toBeUndefined()
    expect(it.said('one')).toEqual([])
  })

  test('nothing counts as gone while nobody can look', async () => {
    const { it } = await enacting(
      { remove: [{ ref: refTo('last'), after: [{ ref: refOfKind('apps/v1', 'DaemonSet'), is: 'gone' }] }] },
      {
        before: [configMap('last')],
        through: inner =>
          disturbing(inner, ({ path }) =>
            path.includes('daemonsets') ? Promise.reject(new ApiError(500, { kind: 'Status' } as never, { verb: 'watch' })) : undefined,
          ),
      },
    )
    expect(it.writes()).toEqual([])
    expect(it.said('one')).toEqual([
      expect.stringMatching(/^the removal of ConfigMap calico-system\/last waits for daemonsets.apps to be readable/),
    ])
  })

  test('a finalizer stays on while anything is left to do, whatever it is', async () => {
    const held = { ...configMap('held'), metadata: { ...configMap('held').metadata, finalizers: ['example.com/ours'] } }
    const { it, bed } = await enacting(
      { objects: [configMap('bad', { 'not a key': '' })], release: { ref: refTo('held'), finalizers: ['example.com/ours'] } },
      { before: [held] },
    )
    expect(it.writes()).toEqual(['write ConfigMap bad 422'])
    expect((await bed.live(refTo('held')))?.metadata.finalizers).toEqual(['example.com/ours'])
  })

  test('what is not there, or has nothing to be taken off, waits for nothing', async () => {
    const after = [{ ref: refTo('stays'), is: 'gone' as const }]
    const { it } = await enacting(
      { remove: [{ ref: refTo('none'), after }], release: [{ ref: refTo('free'), finalizers: ['example.com/ours'], after }] },
      { before: [configMap('stays'), configMap('free')] },
    )
    expect([it.writes(), it.said('one')]).toEqual([[], []])
  })

  test('finalizers are taken off in their order, and none while one before it must stay', async () => {
    const held = (name: string) => ({ ...configMap(name), metadata: { ...configMap(name).metadata, finalizers: ['example.com/ours'] } })
    const release = (name: string, gone: string) => ({
      ref: refTo(name),
      finalizers: ['example.com/ours'],
      after: [{ ref: refTo(gone), is: 'gone' as const }],
    })
    const { it, bed } = await enacting(
      { release: [release('a', 'none'), release('b', 'stays'), release('c', 'none')] },
      {
        before: [configMap('stays'), held('a'), held('b'), held('c')],
      },
    )
    expect(it.writes()).toEqual(['write ConfigMap a'])
    await bed.deletes(refTo('stays'))
    await bed.time.pass(1_000)
    expect(it.writes()).toEqual(['write ConfigMap a', 'write ConfigMap b', 'write ConfigMap c'])
  })

  test('a finalizer is taken off when nothing else is left to do', async () => {
    const outcome: Outcome = {
      remove: [refTo('first')],
      release: { ref: refTo('held'), finalizers: ['example.com/ours'], after: [{ ref: refTo('first'), is: 'gone' }] },
    }
    const held = {
      ...configMap('held'),
      metadata: { ...configMap('held').metadata, finalizers: ['example.com/theirs', 'example.com/ours'] },
    }
    const { it, bed } = await enacting(outcome, { before: [configMap('first'), held] })
    expect(it.writes()).toEqual(['delete ConfigMap first', 'write ConfigMap held'])
    expect((await bed.live(refTo('held')))?.metadata.finalizers).toEqual(['example.com/theirs'])
  })
})

describe('a namespace that is missing', () => {
  test('holds up what is in it, and nothing else, until it comes', async () => {
    const { it, bed } = await enacting({ objects: [configMap('a', {}, 'missing'), configMap('b', {}, 'missing'), configMap('c')] })
    expect(it.writes()).toEqual(['write ConfigMap c'])
    expect(it.said('one')).toEqual(['ConfigMap missing/a and 1 more wait for Namespace missing to be present'])
    await bed.creates(namespace('missing'))
    await bed.time.pass(1_000)
    expect(it.writes()).toEqual(['write ConfigMap c', 'write ConfigMap a', 'write ConfigMap b'])
    expect(it.said('one')).toEqual([])
  })

  test('is made anew when it was deleted, and what is in it after it', async () => {
    const { it, bed } = await enacting({ objects: [namespace('ours'), configMap('a', {}, 'ours')] })
    const slow = configMap('slow', {}, 'ours')
    await bed.creates({ ...slow, metadata: { ...slow.metadata, finalizers: ['example.com/held'] } })
    await bed.deletes({ apiVersion: 'v1', kind: 'Namespace', name: 'ours' })
    await bed.time.pass(30_000)
    expect(it.said('one')).toEqual(['ConfigMap ours/a waits for Namespace ours to be written'])
    await bed.changes(refTo('slow', 'ours'), { metadata: { finalizers: null } })
    await bed.time.pass(30_000)
    expect(it.said('one')).toEqual([])
    expect(await bed.live(refTo('a', 'ours'))).toBeDefined()
    expect(it.writes().filter(each => each.endsWith('403'))).toEqual([])
  })
})

describe('a kind that is not served', () => {
  const Thing = { apiVersion: 'example.com/v1', kind: 'Thing', plural: 'things', namespaced: false }
  const thing: KubeObject = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' } }
  const definition = {
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

  test('is waited for, asked for by nobody, and written when it comes', async () => {
    const { it, bed } = await enacting({ objects: [thing, configMap('a')], remove: [{ ...refTo('b'), ...Thing }] }, { kinds: [Thing] })
    expect(it.said('one')).toEqual(['Thing a waits for the API server to serve things.example.com'])
    expect(it.writes()).toEqual(['write ConfigMap a'])
    const since = bed.clock.now()
    await bed.time.pass(60_000)
    expect(bed.sandbox.requests.all.filter(({ time, user }) => time > since && user === 'operator')).toEqual([])
    await bed.creates(definition)
    await bed.time.pass(2_000)
    expect(it.writes()).toEqual(['write ConfigMap a', 'write Thing a'])
    expect(it.said('one')).toEqual([])
  })
})

test('what yields is made where it is missing, kept where it is ours, and left alone where somebody else made it', async () => {
  const objects = ['theirs', 'ours'].map(name => ({ object: configMap(name, { a: '1', b: '1' }), yields: true }))
  const { it, bed } = await enacting({ objects }, { before: [configMap('theirs', { a: '2' })] })
  expect(it.writes()).toEqual(['write ConfigMap ours'])
  await bed.changes(refTo('ours'), { data: { a: '3' } })
  await bed.time.pass(1_000)
  expect((await bed.live(refTo('ours')))?.data).toEqual({ a: '1', b: '1' })
  expect((await bed.live(refTo('theirs')))?.data).toEqual({ a: '2' })
  expect(it.said('one')).toEqual([])
})

test('what is only good to have is no problem where it is refused; it is told, and tried again', async () => {
  const { it } = await enacting({ objects: [{ object: configMap('bad', { 'not a key': '' }), optional: true }, configMap('good')] })
  expect(it.writes()).toEqual(['write ConfigMap bad 422', 'write ConfigMap good'])
  const { enacted } = it.reports.at(-1)!
  expect(enacted).toMatchObject({ problems: [], lacking: [expect.stringContaining('ConfigMap calico-system/bad')] })
  expect(enacted?.retryIn).toBeGreaterThan(0)
})

test('something that is to go stays where somebody else made it, is told where that matters, and is no problem', async () => {
  const { it, bed } = await enacting(
    {
      remove: [{ ref: refTo('told'), ours: 'is not the operator’s' }, { ref: refTo('quiet'), ours: '' }, { ref: refTo('whoever') }],
    },
    { before: [configMap('told'), configMap('quiet'), configMap('whoever')] },
  )
  expect(it.writes()).toEqual(['delete ConfigMap whoever'])
  const lacking = ['ConfigMap calico-system/told: is not the operator’s. Delete it, if nothing needs it']
  expect(it.reports.at(-1)!.enacted).toMatchObject({ problems: [], lacking })
  expect(await bed.live(refTo('quiet'))).toBeDefined()
})

test('who refuses that a Secret goes is not repeated where he tells what is in it', async () => {
  const secret = (name: string) =>
    named('v1', 'Secret', { metadata: { name, namespace: 'calico-system' }, stringData: { token: 'correct horse' } })
  const denied = new ApiError(403, { kind: 'Status', message: 'no: correct horse' } as never, { verb: 'write' })
  const { it } = await enacting(
    { remove: [refOfKind('v1', 'Secret', 'goes')] },
    {
      before: [secret('goes')],
      through: inner => disturbing(inner, ({ method }) => (method === 'DELETE' ? Promise.reject(denied) : undefined)),
    },
  )
  expect(it.said('one')).toEqual(['Secret calico-system/goes: cannot remove: write: no: … (403)'])
})
