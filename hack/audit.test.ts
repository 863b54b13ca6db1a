import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type AuditEvent, readAudit, trail } from './audit.ts'
import { type CountOptions, count, lastChange } from './trail.ts'

let id = 0

/** `update installations/status` of an object called `x`, answered with the given resourceVersion. */
function event(request: string, { version, ...rest }: Partial<AuditEvent> & { version?: string } = {}): AuditEvent {
  const [verb = '', path = ''] = request.split(' ')
  const [resource, subresource] = path.split('/')
  return {
    auditID: String(id++),
    stage: 'ResponseComplete',
    verb,
    requestURI: '/',
    user: { username: 'operator' },
    objectRef: { resource, name: 'x', ...(subresource && { subresource }) },
    responseStatus: { code: 200 },
    ...(version && { responseObject: { metadata: { name: 'x', resourceVersion: version } } }),
    requestReceivedTimestamp: '2026-01-01T00:00:10.000000Z',
    stageTimestamp: '2026-01-01T00:00:11.000000Z',
    ...rest,
  }
}

const operator = { user: 'operator' }

test('a write that leaves the resourceVersion as it was is one without effect, through subresources too', () => {
  const log = [
    event('create pods', { version: '1' }),
    event('update pods', { version: '1' }),
    event('update pods/status', { version: '2' }),
    event('patch pods', { version: '2' }),
  ]
  const { writes, writesWithoutEffect } = count(trail(log), operator)
  expect(writes).toEqual({ total: 4, 'create pods': 1, 'patch pods': 1, 'update pods': 1, 'update pods/status': 1 })
  expect(writesWithoutEffect).toEqual({ total: 2, 'patch pods': 1, 'update pods': 1 })
})

test('a write is judged by what others made of the object in between', () => {
  const other = { user: { username: 'someone' } }
  const log = [
    event('update pods', { version: '1', ...other }),
    event('update pods', { version: '1' }),
    event('update pods', { version: '5', ...other }),
    event('update pods', { version: '5' }),
  ]
  expect(count(trail(log), operator).writesWithoutEffect.total).toBe(2)
  expect(count(trail(log), operator).writes.total).toBe(2)
})

test('the first write to an object of unknown state counts as one with effect, and so does every deletion', () => {
  const log = [event('update pods', { version: '7' }), event('delete pods', { version: '7' })]
  expect(count(trail(log), operator).writesWithoutEffect).toEqual({ total: 0 })
})

test('objects of one name in different namespaces or groups are different objects', () => {
  const log = [
    event('update pods', { version: '1', objectRef: { resource: 'pods', namespace: 'a', name: 'x' } }),
    event('update pods', { version: '1', objectRef: { resource: 'pods', namespace: 'b', name: 'x' } }),
    event('update pods', { version: '1', objectRef: { resource: 'pods', apiGroup: 'g', namespace: 'a', name: 'x' } }),
  ]
  expect(count(trail(log), operator).writesWithoutEffect.total).toBe(0)
})

test('failed writes are counted by status and change nothing', () => {
  const log = [
    event('update pods', { version: '1' }),
    event('update pods', { responseStatus: { code: 409 } }),
    event('update pods', { version: '1' }),
  ]
  expect(count(trail(log), operator)).toMatchObject({
    failedWrites: { total: 1, 'update pods 409': 1 },
    writes: { total: 2 },
    writesWithoutEffect: { total: 1 },
  })
})

test('a watch counts once, although its end is in the log as well', () => {
  const watch = event('watch pods', { stage: 'ResponseStarted' })
  expect(count(trail([watch, { ...watch, stage: 'ResponseComplete' }, event('get pods')]), operator).reads).toEqual({
    total: 2,
    'get pods': 1,
    'watch pods': 1,
  })
})

test('leases, events, dry runs and requests about no resource are not counted; reviews are reads', () => {
  const review = event('create tokenreviews', { objectRef: { resource: 'tokenreviews', apiGroup: 'authentication.k8s.io' } })
  const log = [
    event('update leases'),
    event('create events'),
    event('patch pods', { requestURI: '/x?fieldManager=a&dryRun=All' }),
    event('get', { objectRef: undefined }),
    review,
  ]
  expect(count(trail(log), operator)).toMatchObject({ writes: { total: 0 }, reads: { total: 1, 'create tokenreviews': 1 } })
})

test('what an aggregated API answered is known from what it asked for under the same id', () => {
  const through = (version: string): AuditEvent[] => {
    const asked = event('update pools')
    return [
      event('update pools', {
        version,
        auditID: asked.auditID,
        user: { username: 'aggregated' },
        objectRef: { resource: 'pools', apiGroup: 'kept', name: 'x' },
      }),
      asked,
    ]
  }
  const { writes, writesWithoutEffect } = count(trail([...through('1'), ...through('1'), ...through('2')]), operator)
  expect([writes.total, writesWithoutEffect.total]).toEqual([3, 1])
})

test('who is counted is said by user, by user agent, or by both', () => {
  const log = [
    event('get pods', { userAgent: 'calico-operator/1 node' }),
    event('get pods', { userAgent: 'kubectl' }),
    event('get pods', { userAgent: 'kubectl', user: { username: 'admin' } }),
  ]
  const reads = (options: CountOptions) => count(trail(log), options).reads.total
  expect([
    reads({}),
    reads(operator),
    reads({ userAgent: 'calico-operator/' }),
    reads({ user: 'admin', userAgent: 'calico-operator/' }),
  ]).toEqual([3, 2, 1, 0])
})

test('an interval of time begins with its first moment and ends before its last', () => {
  const at = Date.parse('2026-01-01T00:00:10Z')
  const log = [event('update pods', { version: '1' })]
  expect(count(trail(log), { ...operator, from: at, to: at + 1 }).writes.total).toBe(1)
  expect(count(trail(log), { ...operator, to: at }).writes.total).toBe(0)
})

test('the last change is the last write that had an effect', () => {
  const log = [event('update pods', { version: '1' }), event('update pods', { version: '1', stageTimestamp: '2026-01-01T00:00:20Z' })]
  expect(lastChange(trail(log), operator)).toBe(Date.parse('2026-01-01T00:00:11Z'))
  expect(lastChange(trail(log), { user: 'nobody' })).toBeUndefined()
})

test('a log is read up to the mark, past a line that is being written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'))
  const path = join(folder, 'audit.log')
  try {
    const events = await readAudit(path, async userAgent => {
      const lines = [event('get pods'), event('get pods', { userAgent }), event('get pods')].map(one => JSON.stringify(one))
      writeFileSync(path, `${lines.join('\n')}\n{"auditID":"half`)
    })
    expect(events).toHaveLength(1)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
