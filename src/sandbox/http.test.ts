import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { seeded, systemClock } from '../kube/clock.ts'
import { type Listening, listen } from './http.ts'
import { Sandbox } from './sandbox.ts'

let listening: Listening

beforeEach(async () => {
  const sandbox = new Sandbox({ clock: systemClock, random: seeded(1) })
  listening = await listen((token, userAgent = '') => (token === 'wrong' ? undefined : sandbox.transport({ userAgent })))
})

afterEach(() => listening.close())

const maps = '/api/v1/namespaces/default/configmaps'
const ask = (method: string, path: string, [body, type = 'application/json']: [body?: string | Buffer, type?: string] = []) =>
  fetch(`${listening.url}${path}`, { method, ...(body !== undefined && { body, headers: { 'content-type': type } }) })
const map = (name: string, data?: object) => JSON.stringify({ metadata: { name }, data })

test('objects go in and out', async () => {
  const created = await ask('POST', maps, [map('a', { x: '1' })])
  expect(created.status).toBe(201)
  expect(created.headers.get('content-type')).toBe('application/json')
  const patched = await ask('PATCH', `${maps}/a`, ['{"data":{"y":"2"}}', 'application/merge-patch+json'])
  expect(await patched.json()).toMatchObject({ data: { x: '1', y: '2' } })
  expect(await (await ask('GET', `${maps}/a`)).json()).toMatchObject({ kind: 'ConfigMap', data: { x: '1', y: '2' } })
  expect((await ask('DELETE', `${maps}/a`)).status).toBe(200)
  const gone = await ask('GET', `${maps}/a`)
  expect([gone.status, ((await gone.json()) as { reason: string }).reason]).toEqual([404, 'NotFound'])
})

// Its version 1.1, in which `on` is a truth.
test('YAML is read where it is said to be YAML', async () => {
  const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata:\n  on: "yes"\n  x: "1"\n'
  const applied = await ask('PATCH', `${maps}/b?fieldManager=me`, [yaml, 'application/apply-patch+yaml'])
  expect([applied.status, await applied.json()]).toMatchObject([201, { data: { true: 'yes', x: '1' } }])
})

test('protobuf is read, and answered in JSON', async () => {
  const recorded: { json: { kind: string; spec: object }; protobuf: string }[] = JSON.parse(
    readFileSync(join(import.meta.dirname, 'testdata/protobuf.json'), 'utf8'),
  )
  const { json, protobuf } = recorded.find(({ json: { kind } }) => kind === 'SubjectAccessReview')!
  const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews'
  const answer = await ask('POST', path, [Buffer.from(protobuf, 'base64'), 'application/vnd.kubernetes.protobuf'])
  expect([answer.status, await answer.json()]).toMatchObject([201, { spec: json.spec }])
  const broken = await ask('POST', maps, [Buffer.from('k8s\0\x0a\x50'), 'application/vnd.kubernetes.protobuf'])
  expect([broken.status, ((await broken.json()) as { message: string }).message]).toEqual([400, 'unexpected EOF'])
})

test('a watch gives its events as they happen, until it is left', async () => {
  const stop = new AbortController()
  const watching = await fetch(`${listening.url}${maps}?watch=true`, { signal: stop.signal })
  const lines = watching.body!.pipeThrough(new TextDecoderStream()).getReader()
  await ask('POST', maps, [map('a')])
  const seen: string[] = []
  while (!seen.join('').includes('"a"')) seen.push((await lines.read()).value ?? '')
  const events = seen
    .join('')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { type: string; object: { metadata: { name: string } } })
  expect(events.map(({ type, object }) => [type, object.metadata.name])).toContainEqual(['ADDED', 'a'])
  stop.abort()
})

test('a watch that is refused is an answer like any other', async () => {
  const refused = await ask('GET', '/api/v1/nothings?watch=true')
  expect(refused.status).toBe(404)
})

test('a body that is no JSON is refused', async () => {
  const refused = await ask('POST', maps, ['{'])
  expect(refused.status).toBe(400)
})

test('nobody is answered 401', async () => {
  const answer = await fetch(`${listening.url}/api/v1/pods`, { headers: { authorization: 'Bearer wrong' } })
  expect([answer.status, await answer.json()]).toMatchObject([401, { reason: 'Unauthorized' }])
})

test('what is no resource is text', async () => {
  const health = await ask('GET', '/healthz')
  expect([health.headers.get('content-type'), await health.text()]).toEqual(['text/plain; charset=utf-8', 'ok'])
  expect(await (await ask('GET', '/nothing')).text()).toBe('404 page not found\n')
})
