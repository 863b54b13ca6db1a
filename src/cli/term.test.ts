import { Writable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { knownKeys } from '../../test/keys.ts'
import { Issuer } from '../certificates/issue.ts'
import { seeded } from '../kube/clock.ts'
import type { KubeObject } from '../kube/objects.ts'
import type { Transport } from '../kube/transport.ts'
import { Sandbox } from '../sandbox/sandbox.ts'
import { VirtualTime } from '../sandbox/virtual-time.ts'
import { ground } from './ground.ts'
import { createLog } from './log.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { serve } from './term.ts'
import { User } from './user.ts'

let time: VirtualTime
let sandbox: Sandbox
let user: User
const running: Process[] = []

beforeEach(async () => {
  time = new VirtualTime()
  sandbox = new Sandbox({ clock: time.clock, random: seeded(1) })
  user = new User({ transport: sandbox.transport(), clock: time.clock, random: seeded(2) })
  for (const object of ground('v3')) await does(user.create(object))
})

afterEach(async () => {
  for (const process of running.splice(0)) await process.end()
  sandbox.close()
})

/** Time passes until it is done. */
const does = <T>(work: Promise<T>): Promise<T> => time.during(work)

interface Process {
  said: () => string
  metrics: Metrics
  ended: () => boolean
  /** Asks it to end, and lets time pass until it has. */
  end(): Promise<void>
  signal(): void
}

/** An operator as a process has it, in this cluster. */
function start(namespace = 'tigera-operator', seed = 3, through = (inner: Transport): Transport => inner): Process {
  const random = seeded(seed)
  let text = ''
  const destination = new Writable({
    write(chunk, _, done) {
      text += String(chunk)
      done()
    },
  })
  const stop = new AbortController()
  const metrics = createMetrics()
  let isOver = false
  const over = serve({
    transport: through(sandbox.transport({ user: 'operator', userAgent: 'calico-operator' })),
    clock: time.clock,
    random,
    surroundings: {
      environment: {
        operator: { namespace, name: 'tigera-operator', serviceAccount: 'tigera-operator' },
        v3: true,
        clusterDomain: 'cluster.local',
        kubernetes: { major: 1, minor: 35 },
        endpoint: { host: '10.96.0.1', port: '443' },
        manageCrds: false,
      },
      systemRoots: '',
      issuer: new Issuer({ clock: time.clock, keys: knownKeys(), random: octets => new Uint8Array(octets).fill(seed) }),
    },
    log: createLog({ clock: time.clock, destination, readable: true }),
    metrics,
    elect: true,
    stop: stop.signal,
  }).finally(() => {
    isOver = true
  })
  over.catch(() => undefined)
  const process = {
    said: () => text,
    metrics,
    ended: () => isOver,
    signal: () => stop.abort(new Error('SIGTERM')),
    async end() {
      stop.abort(new Error('SIGTERM'))
      await does(over)
    },
  }
  running.push(process)
  return process
}

const isAtWork = async ({ metrics }: Process): Promise<boolean> => (await metrics.leader.get()).values[0]?.value === 1

const configMap = (name: string, namespace: string, data: Record<string, string>): KubeObject =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data }) as KubeObject
const refTo = ({ apiVersion, kind, metadata: { name, namespace } }: KubeObject) => ({ apiVersion, kind, name, namespace: namespace! })
const claim = (namespace: string) => configMap('active-operator', 'calico-system', { 'active-namespace': namespace })
const installation: KubeObject = { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', metadata: { name: 'default' } }
const makeHome = () => does(user.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'calico-system' } }))
const seconds = (count: number) => time.pass(count * 1000)

test('of two operators one works, and the other when the first has ended; it need not wait for the lease to run out', async () => {
  const first = start()
  await seconds(2)
  const second = start('tigera-operator', 4)
  await seconds(30)
  expect([await isAtWork(first), await isAtWork(second)]).toEqual([true, false])
  expect(second.said()).toContain('standing by: Lease tigera-operator/operator-lock is held by another operator')
  await first.end()
  expect(first.said()).toContain('the operator has ended')
  await seconds(5)
  expect(await isAtWork(second)).toBe(true)
  const [lease] = await does(user.list('coordination.k8s.io/v1', 'leases'))
  expect(lease).toMatchObject({ metadata: { name: 'operator-lock' }, spec: { leaseTransitions: 1 } })
})

test('an operator that is not the active one says which is, and works when that is no longer so', async () => {
  await makeHome()
  await does(user.create(claim('other')))
  const operator = start()
  await seconds(20)
  expect(await isAtWork(operator)).toBe(false)
  expect(operator.said()).toContain('standing by: the active operator is the one in namespace other. Change or delete ConfigMap')
  await does(user.delete(refTo(claim('other'))))
  await seconds(3)
  expect(await isAtWork(operator)).toBe(true)
})

test('an operator at work stands by when another is named, without ending', async () => {
  await makeHome()
  await does(user.create(claim('tigera-operator')))
  const operator = start()
  await seconds(3)
  expect(await isAtWork(operator)).toBe(true)
  await does(user.mergePatch(refTo(claim('x')), { data: { 'active-namespace': 'other' } }))
  await seconds(3)
  expect([await isAtWork(operator), operator.ended()]).toEqual([false, false])
  const [lease] = await does(user.list('coordination.k8s.io/v1', 'leases'))
  expect(lease).toMatchObject({ spec: { holderIdentity: '' } })
})

test('an operator that has lost the lease stands by, though it could not read its settings yet', async () => {
  const isOfSettings = (path: string) => path.endsWith('/namespaces/tigera-operator/configmaps')
  const operator = start('tigera-operator', 3, inner => ({
    request: request => inner.request(request),
    watch: request => (isOfSettings(request.path) ? new Promise(() => {}) : inner.watch(request)),
    close: () => inner.close(),
  }))
  await seconds(3)
  expect(await isAtWork(operator)).toBe(true)
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: 'operator-lock', namespace: 'tigera-operator' }
  await does(user.mergePatch(lease, { spec: { holderIdentity: 'other', leaseDurationSeconds: 3_600 } }))
  await seconds(20)
  expect(await isAtWork(operator)).toBe(false)
})

test('settings that come or change end it, for only its start reads them', async () => {
  const operator = start()
  await seconds(3)
  await does(user.create(configMap('unrelated', 'tigera-operator', { a: 'b' })))
  await seconds(3)
  expect(operator.ended()).toBe(false)
  await does(user.create(configMap('operator-bootstrap-config', 'tigera-operator', { TYPHA: '3' })))
  await seconds(3)
  expect(operator.ended()).toBe(true)
  expect(operator.said()).toContain('ConfigMap operator-bootstrap-config has changed')
})

test('settings that were there before it do not end it', async () => {
  const settings = configMap('operator-bootstrap-config', 'tigera-operator', { TYPHA: '3' })
  await does(user.create(settings))
  const operator = start()
  await seconds(3)
  await does(user.mergePatch(refTo(settings), { metadata: { labels: { a: 'b' } } }))
  await seconds(3)
  expect(operator.ended()).toBe(false)
  await does(user.mergePatch(refTo(settings), { data: { TYPHA: '4' } }))
  await seconds(3)
  expect(operator.ended()).toBe(true)
})

test('asked to end while Calico is being deleted, it stays until that is done', async () => {
  await does(user.create({ ...installation, metadata: { name: 'default', finalizers: ['example.org/stays'] } }))
  const operator = start()
  await seconds(3)
  await does(user.delete({ ...installation, name: 'default' }))
  await seconds(1)
  operator.signal()
  await seconds(10)
  expect(operator.ended()).toBe(false)
  await does(user.mergePatch({ ...installation, name: 'default' }, { metadata: { finalizers: null } }))
  await seconds(10)
  expect(operator.ended()).toBe(true)
})

test('but no longer than a minute', async () => {
  await does(user.create({ ...installation, metadata: { name: 'default', finalizers: ['example.org/stays'] } }))
  const operator = start()
  await seconds(3)
  await does(user.delete({ ...installation, name: 'default' }))
  operator.signal()
  await seconds(59)
  expect(operator.ended()).toBe(false)
  await seconds(10)
  expect(operator.ended()).toBe(true)
  expect(operator.said()).toContain('still there; the next operator goes on')
})

test('without the right to read who is active, it goes by the lease', async () => {
  sandbox.forbid({ user: 'operator', resource: 'configmaps' })
  const operator = start()
  await seconds(5)
  expect(await isAtWork(operator)).toBe(true)
})
