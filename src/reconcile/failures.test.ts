import { expect, test } from 'vitest'
import { Contested } from '../kube/contest.ts'
import { ApiError, Unreachable } from '../kube/errors.ts'
import type { Status } from '../kube/transport.ts'
import { VirtualTime } from '../sandbox/virtual-time.ts'
import { type Attempt, Failures, problemOf } from './failures.ts'

const ref = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x', namespace: 'calico-system' }
const attempt: Attempt = { ref, content: () => 'a', doing: 'write' }
const refusal = (status: number, body: Partial<Status> = {}, retryAfter?: number) =>
  new ApiError(status, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status, ...body } as Status, {
    verb: 'apply',
    ref,
    retryAfter,
  })

function failures(start?: number) {
  const time = new VirtualTime(start)
  return { time, failures: new Failures({ clock: time.clock, random: () => 0 }) }
}

/** Seconds for which it is left alone after each failure in a row. */
async function rests(error: unknown, times: number): Promise<number[]> {
  const { time, failures: all } = failures()
  const seconds: number[] = []
  for (let n = 0; n < times; n++) {
    const { retryIn } = all.failed(attempt, error)
    seconds.push(retryIn / 1000)
    expect(all.resting(attempt)?.retryIn).toBe(retryIn)
    await time.pass(retryIn)
    expect(all.resting(attempt)).toBeUndefined()
  }
  return seconds
}

test('what fails is left alone for longer each time', async () => {
  expect(await rests(refusal(500), 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
})

test('what can only fail again is not asked for so soon', async () => {
  expect(await rests(refusal(422), 4)).toEqual([16, 32, 60, 60])
  expect(await rests(refusal(403), 2)).toEqual([16, 32])
})

test('a server that cannot be reached is asked again soon: it is well any moment', async () => {
  expect(await rests(new Unreachable('refused'), 5)).toEqual([1, 2, 4, 4, 4])
})

test('as late as the server asks for, but never later than ten minutes', async () => {
  expect(await rests(refusal(429, {}, 30_000), 2)).toEqual([30, 30])
  expect(await rests(new Contested(ref, { path: 'spec', times: 5, retryAfter: 3_600_000 }), 1)).toEqual([600])
})

test('something else is tried at once, and counts on when it fails too', () => {
  const { failures: all } = failures()
  all.failed(attempt, refusal(500))
  const other = { ...attempt, content: () => 'b' }
  expect(all.resting(other)).toBeUndefined()
  expect(all.failed(other, refusal(500)).retryIn).toBe(2000)
})

test('a success ends it', () => {
  const { failures: all } = failures()
  all.failed(attempt, refusal(500))
  all.done(ref)
  expect(all.resting(attempt)).toBeUndefined()
  expect(all.failed(attempt, refusal(500)).retryIn).toBe(1000)
})

test('what nobody wants any more is forgotten', () => {
  const { failures: all } = failures()
  all.failed(attempt, refusal(500))
  all.keepOnly(new Set(['apps/Deployment/calico-system/x']))
  expect(all.resting(attempt)).toBeDefined()
  all.keepOnly(new Set())
  expect(all.resting(attempt)).toBeUndefined()
})

test('a clock that is set back keeps nothing waiting', () => {
  let now = 1_000_000
  const all = new Failures({ clock: { now: () => now, after: () => () => undefined }, random: () => 0 })
  all.failed(attempt, refusal(422))
  now -= 3_600_000
  expect(all.resting(attempt)).toBeUndefined()
})

test.each([
  [
    'a missing right is named, with what to do',
    refusal(403, { message: 'deployments.apps "x" is forbidden: User "operator" cannot patch resource "deployments" in API group "apps"' }),
    { message: /^cannot write: .*cannot patch resource "deployments"/, remedy: /^Grant the operator's service account/ },
  ],
  [
    'a refused value is named by its field',
    refusal(422, { message: 'invalid', details: { causes: [{ field: 'spec.replicas', message: 'must be positive', reason: 'x' }] } }),
    { path: /^spec\.replicas$/, remedy: /override that you wrote/ },
  ],
  [
    'a webhook is pointed at',
    refusal(500, { message: 'failed calling webhook "policy.example.com": connection refused' }),
    { message: /policy\.example\.com/, remedy: /^Look at the webhook/ },
  ],
  [
    'the other writer is named',
    new Contested(ref, { path: 'spec.replicas', manager: 'hpa', times: 5, retryAfter: 1 }),
    { path: /^spec\.replicas$/, message: /field manager hpa has changed it back 5 times/, remedy: /^Let only one of both/ },
  ],
  ['a quota is no missing right', refusal(403, { message: 'exceeded quota: pods' }), { message: /exceeded quota/ }],
] as const)('%s', (_, error, expected) => {
  const problem = problemOf({ ref, doing: 'write' }, error)
  expect(problem).toMatchObject({ reason: 'ResourceUpdateError', object: ref })
  for (const [key, pattern] of Object.entries(expected)) expect(problem[key as 'message']).toMatch(pattern)
  if (!('remedy' in expected)) expect(problem.remedy).toBeUndefined()
})

test("a change to somebody else's object has a reason of its own", () => {
  expect(problemOf({ ref, doing: 'write', part: true }, refusal(500)).reason).toBe('ResourcePatchError')
})

test('no text repeats what is in a Secret, however it is written there', () => {
  const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA1234567890\nabcdefghijklmnop\n-----END RSA PRIVATE KEY-----\n'
  const data = { 'tls.key': Buffer.from(key).toString('base64'), short: Buffer.from('a').toString('base64') }
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, data }
  const told = refusal(500, { message: `denied: ${JSON.stringify(object)} and ${JSON.stringify(key)} and MIIEpAIBAAKCAQEA1234567890` })
  const { message } = problemOf({ ref: { ...ref, kind: 'Secret' }, doing: 'write', object }, told)
  expect(message).toMatch(/^cannot write: .*denied: /)
  expect(message).not.toMatch(/MIIE|abcdefghijklmnop/)
  expect(message).not.toContain(data['tls.key'])
})
