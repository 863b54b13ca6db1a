/** What becomes of an Outcome when the server refuses, or cannot be asked. */
import { describe, expect, test } from 'vitest'
import { configMap, enacting, named, namespace, reading, refTo } from '../../test/simulation/loop-machine.ts'
import { validatingWebhook } from '../../test/simulation/objects.ts'
import { disturbing, Line } from '../../test/simulation/trouble.ts'
import { ApiError } from '../kube/errors.ts'
import { ConfigMap } from '../kube/kinds.ts'

describe('a write that is refused', () => {
  const bad = configMap('bad', { 'not a key': '' })

  test('becomes a problem of that object, with the field, and stops nothing else', async () => {
    const { it } = await enacting({ objects: [bad, configMap('good')] })
    expect(it.writes()).toEqual(['write ConfigMap bad 422', 'write ConfigMap good'])
    expect(it.said('one')).toEqual([expect.stringMatching(/^ConfigMap calico-system\/bad data.*: cannot write: .*a valid config key/)])
  })

  test('is tried again, but at most about once in ten seconds, and ever more seldom', async () => {
    const { it, bed } = await enacting({ objects: [bad, configMap('good')] })
    await bed.time.pass(600_000)
    const times = bed.sandbox.requests.writes('operator').flatMap(({ name, time }) => (name === 'bad' ? [time] : []))
    expect(times.length).toBeGreaterThan(5)
    expect(times.length).toBeLessThan(20)
    const gaps = times.slice(1).map((time, index) => time - times[index]!)
    expect(gaps[0]).toBeGreaterThanOrEqual(10_000)
    expect(Math.min(...gaps.slice(3))).toBeGreaterThanOrEqual(60_000)
    expect(new Set(gaps.slice(3)).size).toBeGreaterThan(1)
    expect(it.reports.length).toBeLessThan(20)
  })

  test('is tried at once when something else is wanted, and is no problem any more when that succeeds', async () => {
    const { it, bed } = await enacting(
      reading('one', async cluster => {
        const asked = await cluster.get(ConfigMap, 'asked', 'calico-system')
        return { objects: [configMap('bad', { [asked?.data?.key ?? 'not a key']: '' })] }
      }),
    )
    expect(it.said('one')).toHaveLength(1)
    await bed.creates(configMap('asked', { key: 'a-key' }))
    await bed.time.pass(200)
    expect(it.said('one')).toEqual([])
    expect((await bed.live(refTo('bad')))?.data).toEqual({ 'a-key': '' })
  })

  test('for want of rights names the right, and succeeds once it is granted', async () => {
    const { it, bed } = await enacting(
      reading('one', async cluster => ({
        objects: (await cluster.list(ConfigMap, 'default')).length > 1 ? [configMap('a'), namespace('b')] : [],
      })),
    )
    const grant = bed.sandbox.forbid({ user: 'operator', verb: 'patch', resource: 'configmaps' })
    await bed.creates(configMap('go', {}, 'default'))
    await bed.time.pass(1_000)
    expect(it.writes()).toEqual(['write Namespace b', 'write ConfigMap a 403'])
    expect(it.said('one')).toEqual([
      expect.stringMatching(
        /^ConfigMap calico-system\/a: cannot write: .*cannot patch resource "configmaps".*\. Grant the operator's service account/,
      ),
    ])
    grant()
    await bed.time.pass(60_000)
    expect(it.said('one')).toEqual([])
  })

  test('by a server in trouble is tried again soon', async () => {
    let trouble = true
    const { it, bed } = await enacting(
      { objects: [configMap('a'), configMap('b')] },
      {
        through: inner =>
          disturbing(inner, ({ path, method }) =>
            trouble && method === 'PATCH' && path.endsWith('/a')
              ? Promise.reject(new ApiError(500, { kind: 'Status', message: 'etcdserver: request timed out' } as never, { verb: 'apply' }))
              : undefined,
          ),
      },
    )
    expect(it.writes()).toEqual(['write ConfigMap b'])
    trouble = false
    await bed.time.pass(3_000)
    expect(it.writes()).toEqual(['write ConfigMap b', 'write ConfigMap a'])
    expect(it.said('one')).toEqual([])
  })

  test('by a webhook that does not answer names the webhook', async () => {
    const { it, bed } = await enacting({ objects: [configMap('guarded'), namespace('free')] }, { before: [webhook] })
    expect(it.writes()).toEqual(['write Namespace free', 'write ConfigMap guarded 500'])
    expect(it.said('one')).toEqual([expect.stringMatching(/guard\.example\.com.*\. Look at the webhook named above/)])
    bed.sandbox.answerWebhook('default/guard', () => ({ allowed: true }))
    await bed.time.pass(60_000)
    expect(it.said('one')).toEqual([])
  })
})

const webhook = validatingWebhook(
  'guard',
  { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
  { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'calico-system' } }, failurePolicy: 'Fail' },
)

describe('what may not be watched', () => {
  async function blind() {
    const objects = [configMap('a'), namespace('b')]
    const { it, bed } = await enacting(
      reading('one', async cluster => ({ objects: (await cluster.list(NamespaceKind)).length > 7 ? objects : [] })),
    )
    const grants = ['watch', 'list'].map(verb => bed.sandbox.forbid({ user: 'operator', verb, resource: 'configmaps' }))
    const since = bed.clock.now()
    await bed.creates(namespace('go'))
    await bed.time.pass(1_000)
    expect(it.writes(since).toSorted()).toEqual(['write ConfigMap a', 'write Namespace b'])
    return {
      it,
      bed,
      grant: () => {
        for (const each of grants) each()
      },
    }
  }

  test('is written all the same, and told, but seldom looked at', async () => {
    const { it, bed } = await blind()
    expect(it.said('one')).toEqual([
      expect.stringMatching(
        /^ConfigMap calico-system\/a: was written, but cannot be kept so: .*\. Grant .* get, list and watch of configmaps$/,
      ),
    ])
    await bed.time.pass(600_000)
    expect(bed.sandbox.requests.reads('operator').filter(({ verb }) => verb === 'get').length).toBeLessThan(20)
  })

  test('is no problem any more as soon as it may be', async () => {
    const { it, bed, grant } = await blind()
    grant()
    const view = it.cache.view(ConfigMap, { namespace: 'calico-system' })
    await bed.time.run(() => view.state === 'synced')
    await bed.time.pass(1_000)
    expect(it.said('one')).toEqual([])
  })
})

const NamespaceKind = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false } as const

test('a kind whose watch hangs holds up its own objects only', async () => {
  const hang = new Promise<never>(() => undefined)
  const { it, bed } = await enacting(
    { objects: [configMap('a'), named('v1', 'ServiceAccount'), named('rbac.authorization.k8s.io/v1', 'Role', { rules: [] })] },
    { through: inner => disturbing(inner, ({ path }) => (path.includes('serviceaccounts') ? hang : undefined)) },
  )
  await bed.time.pass(20_000)
  expect(it.writes()).toEqual(['write Role x', 'write ConfigMap a'])
  expect(it.said('one')).toEqual(['ServiceAccount calico-system/x waits for serviceaccounts to be readable (no answer yet)'])
  const since = bed.clock.now()
  await bed.deletes(refTo('a'))
  await bed.time.pass(1_000)
  expect(it.writes(since)).toEqual(['write ConfigMap a'])
})

test('while the server is out of reach nobody storms it, and when it is back all is put right', async () => {
  const line = new Line()
  const { it, bed } = await enacting(
    { objects: Array.from({ length: 50 }, (_, index) => configMap(`a-${index}`, { x: '1' })) },
    { through: line.through },
  )
  line.cut()
  for (const name of ['a-0', 'a-1']) await bed.changes(refTo(name), { data: { x: 'drift' } })
  await bed.deletes(refTo('a-2'))
  const before = line.asked
  await bed.time.pass(300_000)
  expect(it.said('one')).toEqual([
    expect.stringMatching(/^ConfigMap calico-system\/a-0 and 49 more wait for .* to be readable \(connect ECONNREFUSED/),
  ])
  expect(line.asked - before).toBeLessThan(100)
  line.down = false
  await bed.time.pass(60_000)
  for (const name of ['a-0', 'a-1', 'a-2']) expect((await bed.live(refTo(name)))?.data).toEqual({ x: '1' })
  expect(it.said('one')).toEqual([])
})
