import { beforeEach, expect, test } from 'vitest'
import { crds } from '../../api/index.ts'
import { TigeraStatus } from '../../api/tigerastatus.ts'
import { logged } from '../../test/logged.ts'
import { signerLabel } from '../certificates/stored.ts'
import { Cache } from '../kube/cache.ts'
import { Client } from '../kube/client.ts'
import { seeded } from '../kube/clock.ts'
import { Unreachable } from '../kube/errors.ts'
import { ConfigMap, Secret } from '../kube/kinds.ts'
import type { Transport } from '../kube/transport.ts'
import { Sandbox } from '../sandbox/sandbox.ts'
import { hearing, logStanding, watchHealth } from './observe.ts'
import { type Asked, listening } from './requests.ts'

let { time, log, metrics, lines, messages } = logged()

beforeEach(() => {
  ;({ time, log, metrics, lines, messages } = logged())
})

/** Asks a sandbox through ears. */
function overheard(): { transport: Transport; heard: Asked[] } {
  const sandbox = new Sandbox({ clock: time.clock, random: seeded(1) })
  const heard: Asked[] = []
  return { heard, transport: listening(sandbox.transport(), asked => heard.push(asked)) }
}
const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { password: 'hunter2' } }
const path = '/api/v1/namespaces/default/secrets'

test('requests are heard as kubectl would name them, discovery is not', async () => {
  const { transport, heard } = overheard()
  await transport.request({ method: 'GET', path: '/version' })
  await transport.request({ method: 'GET', path: '/apis/apps/v1' })
  await transport.request({ method: 'GET', path: '/apis/apps/v1/deployments' })
  await transport.request({ method: 'POST', path, body: secret })
  await transport.request({ method: 'DELETE', path: `${path}/none` })
  const watch = await transport.watch({ method: 'GET', path, query: { watch: 'true' } })
  watch.close()
  expect(heard).toEqual([
    { verb: 'list', resource: 'deployments.apps', status: 200 },
    { verb: 'create', resource: 'secrets', namespace: 'default', name: 's', status: 201 },
    { verb: 'delete', resource: 'secrets', namespace: 'default', name: 'none', status: 404, message: 'secrets "none" not found' },
    { verb: 'watch', resource: 'secrets', namespace: 'default', status: 200 },
  ])
})

test('a request without an answer is heard, and fails as before', async () => {
  const heard: Asked[] = []
  const request = () => Promise.reject(new Unreachable('gone'))
  const transport = listening({ request, watch: request, close: async () => undefined }, asked => heard.push(asked))
  await expect(transport.request({ method: 'PUT', path: `${path}/s` })).rejects.toThrow('gone')
  expect(heard).toEqual([{ verb: 'update', resource: 'secrets', namespace: 'default', name: 's' }])
})

test('requests are counted, and logged by name for who asks for more, without what is in them', async () => {
  log.level = 'debug'
  const { transport, heard } = overheard()
  await transport.request({ method: 'POST', path, body: secret })
  await transport.request({ method: 'DELETE', path: `${path}/s` })
  const hear = hearing({ log, metrics })
  for (const asked of heard) hear(asked)
  hear({ verb: 'patch', resource: 'secrets', name: 's', status: 403, message: 'password hunter2 is too short' })
  hear({ verb: 'patch', resource: 'configmaps', name: 'c', status: 403, message: 'no' })
  hear({ verb: 'list', resource: 'secrets' })
  expect(messages()).toEqual([
    'debug created secrets default/s',
    'debug deleted secrets default/s',
    'debug patch secrets s failed',
    'debug patch configmaps c failed',
  ])
  expect(lines.slice(2)).toMatchObject([{ status: 403 }, { status: 403, reason: 'no' }])
  expect(JSON.stringify(lines)).not.toContain('hunter2')
  const text = await metrics.registry.metrics()
  expect(text).toContain('calico_operator_requests_total{verb="create",resource="secrets",code="201"} 1')
  expect(text).toContain('calico_operator_requests_total{verb="patch",resource="secrets",code="403"} 1')
  expect(text).toContain('rest_client_requests_total{method="PATCH",code="403"} 2')
  expect(text).toContain('rest_client_requests_total{method="GET",code="<error>"} 1')
})

test('how parts stand is told when it changes, and shown to Prometheus with the days of certificates, under the names of the predecessor', async () => {
  const { cache, sandbox } = cutCache()
  const transport = sandbox.transport()
  for (const definition of crds('v3').filter(({ spec }) => spec.names.kind === 'TigeraStatus'))
    await transport.request({ method: 'POST', path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body: definition })
  await time.pass(5_000)
  const statuses = '/apis/operator.tigera.io/v1/tigerastatuses'
  await transport.request({ method: 'POST', path: statuses, body: { ...tigeraStatus, metadata: { name: 'calico' } } })
  const metadata = { name: 'node-certs', labels: { [signerLabel]: 'x' }, annotations: { ...expires('2028-01-01T00:00:00Z') } }
  await transport.request({ method: 'POST', path, body: { ...secret, metadata } })
  await transport.request({ method: 'POST', path, body: secret })
  const ends = [metrics.look(cache), logStanding(cache, log)]
  await Promise.all([time.run(() => cache.view(TigeraStatus).state === 'synced'), cache.view(Secret).settled()])
  const status = {
    conditions: [
      { type: 'Degraded', status: 'True', reason: 'PodFailure', message: 'two nodes', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
  }
  const say = () =>
    transport.request({ method: 'PATCH', path: `${statuses}/calico/status`, body: { status }, contentType: 'application/merge-patch+json' })
  await say()
  await time.pass(100)
  status.conditions[0]!.message = 'three nodes'
  await say()
  await time.pass(100)
  expect(messages()).toEqual(['error TigeraStatus calico is degraded: two nodes'])
  const text = await metrics.registry.metrics()
  expect(text).toContain('tigera_operator_component_status{component="calico",condition="degraded"} 1')
  expect(text).toContain('tigera_operator_component_status{component="calico",condition="available"} 0')
  const labels = 'name="node-certs",namespace="default",issuer="signer"'
  expect(text).toContain(`tigera_operator_tls_certificate_expiry_timestamp_seconds{${labels}} ${Date.parse('2028-01-01') / 1_000}`)
  expect(text.match(/^tigera_operator_tls.*\{/gm)).toHaveLength(1)
  for (const end of ends) end()
  expect(await metrics.registry.metrics()).not.toContain('component="calico"')
  cache.close()
})

const tigeraStatus = { apiVersion: 'operator.tigera.io/v1', kind: 'TigeraStatus' }
const expires = (when: string) => ({ 'certificates.operator.tigera.io/expiry': when, 'certificates.operator.tigera.io/issuer': 'signer' })

/** A cache over a sandbox that can be cut off. */
function cutCache(): { cache: Cache; sandbox: Sandbox; cut: (is: boolean) => void; transport: Transport } {
  const random = seeded(1)
  const sandbox = new Sandbox({ clock: time.clock, random })
  const inner = sandbox.transport({ user: 'operator' })
  let isCut = false
  const gone = () => Promise.reject(new Unreachable('connection refused'))
  const transport: Transport = {
    request: request => (isCut ? gone() : inner.request(request)),
    watch: request => (isCut ? gone() : inner.watch(request)),
    close: () => inner.close(),
  }
  const client = new Client({ transport, clock: time.clock, random, fieldManager: 'x' })
  const cut = (is: boolean) => {
    isCut = is
    if (is) void inner.close()
  }
  return { cache: new Cache({ client, clock: time.clock, random }), sandbox, cut, transport: inner }
}

test('a server that is gone is told once, however many watches miss it, and once that it is back', async () => {
  const { cache, cut } = cutCache()
  watchHealth(cache, log)
  const views = [cache.view(ConfigMap), cache.view(Secret)]
  await time.run(() => views.every(({ state }) => state === 'synced'))
  cut(true)
  await time.pass(60_000)
  expect(messages()).toEqual(['error the API server cannot be reached; it is tried until it can'])
  cut(false)
  await time.pass(60_000)
  expect(messages().slice(1)).toEqual(['info the API server can be reached again'])
  cache.close()
})

test('a resource counts as unreadable while any of its watches is, from the first', async () => {
  const { cache, sandbox, cut } = cutCache()
  metrics.look(cache)
  const unreadable = async () => (await metrics.registry.metrics()).match(/^calico_operator_unreadable\{.*$/gm) ?? []
  const allow = sandbox.forbid({ user: 'operator', resource: 'secrets', namespace: 'a' })
  const views = [...['a', 'b'].map(namespace => cache.view(Secret, { namespace })), cache.view(ConfigMap)]
  await time.pass(1_000)
  const secrets = 'calico_operator_unreadable{resource="secrets"} 1'
  expect(await unreadable()).toEqual([secrets])
  cut(true)
  await time.pass(60_000)
  expect((await unreadable()).sort()).toEqual(['calico_operator_unreadable{resource="configmaps"} 1', secrets])
  cut(false)
  await time.pass(60_000)
  expect(views.map(({ state }) => state)).toEqual(['failing', 'synced', 'synced'])
  expect(await unreadable()).toEqual([secrets])
  allow()
  await time.pass(120_000)
  expect(await unreadable()).toEqual([])
  cache.close()
})

test('rights that are taken away are told with what to grant, once for each resource', async () => {
  const { cache, sandbox, transport } = cutCache()
  watchHealth(cache, log)
  const views = [cache.view(ConfigMap), cache.view(Secret, { namespace: 'default' })]
  await time.run(() => views.every(({ state }) => state === 'synced'))
  const allow = sandbox.forbid({ user: 'operator', resource: 'secrets' })
  await transport.close()
  await time.pass(60_000)
  expect(messages()).toEqual([
    "error secrets in namespace default may not be read; the rest goes on. The operator's ClusterRole has to allow get, list and watch of secrets",
  ])
  allow()
  await time.pass(120_000)
  expect(messages().slice(1)).toEqual(['info secrets in namespace default may be read now'])
  cache.close()
})
