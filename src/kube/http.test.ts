import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createProxy, type IncomingMessage, type ServerResponse } from 'node:http'
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, connect, createServer as createTcp, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Credentials as Keys, credentials as makeKeys } from '../../hack/control-plane/credentials.ts'
import { Credentials, type Identity } from './auth.ts'
import { systemClock } from './clock.ts'
import { Unreachable } from './errors.ts'
import { HttpTransport } from './http.ts'
import { Http2Wire } from './http2.ts'
import type { WatchEvent, WatchResponse } from './transport.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

const folder = mkdtempSync(join(tmpdir(), 'http-'))
let keys: Keys
const open: (() => unknown)[] = []

beforeAll(async () => {
  keys = await makeKeys(folder, 'https://127.0.0.1', {})
})
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})
afterAll(() => rmSync(folder, { recursive: true }))

async function listening(server: Server | Http2SecureServer): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise(resolve => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

const answering = (handler: Handler) => async (request: IncomingMessage, response: ServerResponse) => {
  let body = ''
  for await (const chunk of request) body += chunk
  handler(request, response, body)
}
const tls = () => ({ key: readFileSync(keys.file('apiserver.key')), cert: readFileSync(keys.file('apiserver.crt')) })

async function serve(handler: Handler, { http2 = true } = {}): Promise<{ port: number; sessions: ServerHttp2Session[] }> {
  const sessions: ServerHttp2Session[] = []
  const listener = answering(handler) as never
  const server = http2 ? createSecureServer({ ...tls(), allowHTTP1: true }, listener) : createHttps(tls(), listener)
  if (http2) (server as Http2SecureServer).on('session', session => sessions.push(session.on('error', () => {})))
  return { port: await listening(server as Http2SecureServer), sessions }
}

function transportTo(
  port: number,
  { identity = {}, read, timeoutMs }: { identity?: Partial<Identity>; read?: () => Partial<Identity>; timeoutMs?: number } = {},
) {
  const whole = (part: Partial<Identity>): Identity => ({ server: `https://127.0.0.1:${port}`, tls: { ca: keys.ca }, headers: {}, ...part })
  const transport = new HttpTransport({
    credentials: new Credentials('test', systemClock, async () => whole(read?.() ?? identity)),
    userAgent: 'calico-operator/test',
    timeoutMs,
  })
  open.push(() => transport.close())
  return transport
}

const json = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const get = { method: 'GET', path: '/x' } as const
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as Unreachable,
  )
const line = (type: string, name: string) => `${JSON.stringify({ type, object: { metadata: { name } } })}\n`

async function rest({ events }: WatchResponse): Promise<string[]> {
  const names: string[] = []
  for await (const { object } of events as AsyncIterable<WatchEvent>) names.push(object.metadata.name)
  return names
}

test.each([
  ['HTTP/2', true, '2.0'],
  ['HTTP/1.1, where the server has nothing else', false, '1.1'],
])('a request and its answer, over %s', async (_, http2, version) => {
  const { port } = await serve(
    (request, response, body) => json(response, 201, { version: request.httpVersion, url: request.url, headers: request.headers, body }),
    { http2 },
  )
  const transport = transportTo(port, { identity: { server: `https://127.0.0.1:${port}/prefix/`, headers: { authorization: 'Bearer t' } } })
  const { status, body } = await transport.request({
    method: 'PATCH',
    path: '/api/v1/x',
    query: { a: 'b c', none: undefined },
    body: { ü: 1 },
    contentType: 'application/apply-patch+yaml',
  })
  expect(status).toBe(201)
  expect(body).toMatchObject({
    version,
    url: '/prefix/api/v1/x?a=b+c',
    headers: {
      authorization: 'Bearer t',
      'user-agent': 'calico-operator/test',
      'content-type': 'application/apply-patch+yaml',
      accept: 'application/json',
    },
    body: '{"ü":1}',
  })
})

test('a body that is no JSON is text', async () => {
  const { port } = await serve((_, response) => response.end('ok'))
  expect(await transportTo(port).request(get)).toMatchObject({ status: 200, body: 'ok' })
})

test.each([true, false])('events come as they are sent, wherever the stream is cut into pieces (HTTP/2: %s)', async http2 => {
  const bytes = Buffer.from(line('ADDED', 'ä€😀') + line('MODIFIED', 'b') + line('DELETED', 'c'))
  const { port } = await serve(
    (_, response) => {
      let at = 0
      const more = (): void => {
        at += 7
        if (at - 7 < bytes.length) response.write(bytes.subarray(at - 7, at), more)
        else response.end()
      }
      more()
    },
    { http2 },
  )
  const watch = await transportTo(port).watch(get)
  expect(watch.status).toBe(200)
  expect(await rest(watch)).toEqual(['ä€😀', 'b', 'c'])
})

test.each([true, false])('a watch can be closed from here, and is then over (HTTP/2: %s)', async http2 => {
  const { port } = await serve((_, response) => void response.write(line('ADDED', 'a')), { http2 })
  const watch = await transportTo(port).watch(get)
  const names: string[] = []
  for await (const { object } of watch.events) {
    names.push(object.metadata.name)
    watch.close()
  }
  expect(names).toEqual(['a'])
})

test('a refused watch says why', async () => {
  const { port } = await serve((_, response) => json(response, 403, { kind: 'Status', reason: 'Forbidden' }))
  const watch = await transportTo(port).watch(get)
  expect(watch).toMatchObject({ status: 403, body: { reason: 'Forbidden' } })
  expect(await rest(watch)).toEqual([])
})

test.each([true, false])('a connection that breaks is told to who reads, and to who asks next (HTTP/2: %s)', async http2 => {
  const { port } = await serve((_, response) => void response.write(line('ADDED', 'a')), { http2 })
  const transport = transportTo(port)
  const watch = await transport.watch(get)
  const reading = failure(rest(watch))
  await open.splice(0, 1)[0]!()
  expect(await reading).toBeInstanceOf(Unreachable)
  expect(await failure(transport.request(get))).toMatchObject({ name: 'Unreachable', code: 'ECONNREFUSED' })
})

test('no answer within the time is no answer; who gives up is told what was said when giving up', async () => {
  const { port } = await serve(() => {})
  expect(await failure(transportTo(port, { timeoutMs: 30 }).request(get))).toMatchObject({ name: 'Unreachable', code: 'ETIMEDOUT' })
  expect(await failure(transportTo(port, { timeoutMs: 30 }).watch(get))).toMatchObject({ name: 'Unreachable', code: 'ETIMEDOUT' })
  const stop = new AbortController()
  const asked = failure(transportTo(port).request({ ...get, signal: stop.signal }))
  stop.abort(new Error('enough'))
  expect(await asked).toMatchObject({ message: 'enough' })
})

test('a certificate of somebody else is refused', async () => {
  const { port } = await serve((_, response) => response.end('ok'))
  const error = await failure(transportTo(port, { identity: { tls: {} } }).request(get))
  expect(error).toBeInstanceOf(Unreachable)
  expect(String(error)).toMatch(/unable to|self-signed|certificate/)
})

test('when the token is refused a new one is read, once for all who were refused', async () => {
  let token = 0
  const { port } = await serve((request, response) => json(response, request.headers.authorization === 'Bearer 2' ? 200 : 401, {}))
  const transport = transportTo(port, { read: () => ({ headers: { authorization: `Bearer ${++token}` } }) })
  const answers = await Promise.all([transport.request(get), transport.request(get), transport.request(get)])
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(token).toBe(2)
})

test('when the same token is read again the refusal stands', async () => {
  let asked = 0
  const { port } = await serve((_, response) => {
    asked++
    json(response, 401, { reason: 'Unauthorized' })
  })
  expect(await transportTo(port, { identity: { headers: { authorization: 'Bearer old' } } }).request(get)).toMatchObject({ status: 401 })
  expect(asked).toBe(1)
})

test('forty watches and a hundred requests share few connections', async () => {
  const { port, sessions } = await serve((request, response) =>
    request.url === '/watch' ? void response.write(line('ADDED', 'a')) : json(response, 200, {}),
  )
  const transport = transportTo(port)
  await Promise.all(Array.from({ length: 40 }, () => transport.watch({ ...get, path: '/watch' })))
  await Promise.all(Array.from({ length: 100 }, () => transport.request(get)))
  expect(sessions.length).toBeLessThanOrEqual(2)
})

test('a server that says goodbye finishes what is open, and new requests go over a new connection', async () => {
  let end = () => {}
  const { port, sessions } = await serve((request, response) => {
    if (request.url !== '/watch') return json(response, 200, {})
    response.write(line('ADDED', 'a'))
    end = () => response.end(line('ADDED', 'b'))
  })
  const transport = transportTo(port)
  const watch = await transport.watch({ ...get, path: '/watch' })
  const goodbye = once(sessions[0]!, 'close')
  sessions[0]!.goaway()
  while (sessions.length < 2) expect(await transport.request(get)).toMatchObject({ status: 200 })
  end()
  expect(await rest(watch)).toEqual(['a', 'b'])
  await goodbye
})

test('a server that is stuck, its connection still open, is found out', async () => {
  const { port } = await serve((_, response) => void response.write(line('ADDED', 'a')))
  const pipes: Socket[] = []
  const freezer = createTcp(socket => {
    const far = connect(port, '127.0.0.1')
    for (const each of [socket, far]) each.on('error', () => {})
    pipes.push(socket, far)
    socket.pipe(far).pipe(socket)
  })
  const wire = new Http2Wire({ server: `https://127.0.0.1:${await listening(freezer)}`, tls: { ca: keys.ca } }, 50)
  open.push(() => wire.close())
  const { body } = await wire.open({ method: 'GET', path: '/', headers: {} })
  const reading = failure(
    (async () => {
      for await (const chunk of body) void chunk
    })(),
  )
  for (const pipe of pipes) pipe.unpipe().pause()
  expect(await reading).toMatchObject({ name: 'Unreachable', code: 'ETIMEDOUT' })
})

test('with another certificate authority come other connections, and the old ones end', async () => {
  const { port, sessions } = await serve((_, response) => json(response, 200, {}))
  let identity: Partial<Identity> = {}
  const credentials = new Credentials('test', { ...systemClock, now: () => (identity.tls ? 1e6 : 0) }, async () => ({
    server: `https://127.0.0.1:${port}`,
    tls: { ca: keys.ca },
    headers: {},
    ...identity,
  }))
  const transport = new HttpTransport({ credentials, userAgent: 'test' })
  open.push(() => transport.close())
  await transport.request(get)
  const ended = once(sessions[0]!, 'close')
  identity = { tls: { ca: `${keys.ca}\n` } }
  await transport.request(get)
  await ended
  expect(sessions).toHaveLength(2)
})

test('where there is a proxy, everything goes through it', async () => {
  const { port } = await serve((request, response) =>
    request.url === '/watch' ? response.end(line('ADDED', 'a')) : json(response, 200, { version: request.httpVersion }),
  )
  const asked: string[] = []
  const proxy = createProxy().on('connect', (request, socket: Socket) => {
    asked.push(request.url ?? '')
    const far = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(far).pipe(socket)
    })
    for (const each of [socket, far]) each.on('error', () => {})
  })
  const transport = transportTo(port, { identity: { proxy: `http://127.0.0.1:${await listening(proxy)}` } })
  expect(await transport.request(get)).toMatchObject({ status: 200, body: { version: '1.1' } })
  expect(await rest(await transport.watch({ ...get, path: '/watch' }))).toEqual(['a'])
  expect(new Set(asked)).toEqual(new Set([`127.0.0.1:${port}`]))
})

test('a plain HTTP server will do', async () => {
  const server = createProxy(answering((_, response) => json(response, 200, {})) as never)
  const transport = transportTo(0, { identity: { server: `http://127.0.0.1:${await listening(server)}` } })
  expect(await transport.request(get)).toMatchObject({ status: 200 })
})
