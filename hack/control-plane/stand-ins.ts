/**
 * Answers for pods that the API server calls: calico-webhooks, which allow everything, and Calico's aggregated API server, which shows the objects of
 * crd.projectcalico.org/v1 as projectcalico.org/v3. They prove their identity with the keys that the operator made, read anew for every connection.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex, Readable } from 'node:stream'
import { createSecureContext, TLSSocket } from 'node:tls'
import { Agent, type Dispatcher, request } from 'undici'
import type { EndpointSlice, Secret } from '../../src/kube/kinds.ts'
import type { ControlPlane } from './control-plane.ts'

const namespace = 'calico-system'

interface Pods {
  /** Where their key is. */
  secret: string
  answer(call: Call): Promise<void>
}

/** Service → what the pods behind it do. */
const services: Record<string, Pods> = {
  'calico-webhooks': { secret: 'calico-webhooks-tls', answer: allow },
  'calico-api': { secret: 'calico-apiserver-certs', answer: showAsV3 },
}

interface Call {
  incoming: IncomingMessage
  outgoing: ServerResponse
  upstream: (
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; body?: string },
  ) => Promise<Dispatcher.ResponseData>
}

const user = 'stand-in'

/** From now on the pods answer, on whatever port. Until the Secrets exist connections fail, as they would with pods that cannot start. */
export function startStandIns(plane: ControlPlane): { close(): Promise<void> } {
  const agent = new Agent({ connect: { ca: plane.ca } })
  const upstream: Call['upstream'] = (method, path, { headers, body } = {}) =>
    request(`${plane.url}${path}`, {
      dispatcher: agent,
      method: method as Dispatcher.HttpMethod,
      headers: { ...headers, authorization: `Bearer ${plane.token(user)}` },
      ...(body !== undefined && { body }),
      // Watches are quiet for as long as nothing happens.
      bodyTimeout: 0,
    })
  const called = new WeakMap<object, Pods>()
  const server = createServer((incoming, outgoing) => {
    const answered = called.get(incoming.socket)!.answer({ incoming, outgoing, upstream })
    answered.catch((error: unknown) => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(503).end(String(error))))
  })
  const accept = async (connection: Duplex, { address, port }: { address: string; port: number }) => {
    // Some calls go to a pod's address without saying whom they mean, so the name that TLS knows is of no use.
    const pods = await podsAt(plane, address, port)
    const secureContext = createSecureContext(await keyOf(plane, pods.secret))
    const secured = new TLSSocket(connection as Socket, { isServer: true, secureContext })
    secured.on('error', () => secured.destroy())
    called.set(secured, pods)
    server.emit('connection', secured)
  }
  plane.egress.answer((connection, pod) => void accept(connection, pod).catch(() => connection.destroy()))
  return {
    async close() {
      plane.egress.answer(undefined)
      server.closeAllConnections()
      await agent.destroy()
    },
  }
}

/** Whose pods have this address and port, by the endpoints of Services. */
async function podsAt(plane: ControlPlane, address: string, port: number): Promise<Pods> {
  const { body } = await plane.request('GET', `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, { user })
  const slice = (body as { items: EndpointSlice[] }).items.find(
    ({ endpoints, ports }) => ports?.some(one => one.port === port) && endpoints.some(({ addresses }) => addresses.includes(address)),
  )
  const pods = services[slice?.metadata.labels?.['kubernetes.io/service-name'] ?? '']
  if (!pods) throw new Error(`nobody answers at ${address} port ${port}`)
  return pods
}

async function keyOf(plane: ControlPlane, secret: string): Promise<{ cert: Buffer; key: Buffer }> {
  const { body } = await plane.request('GET', `/api/v1/namespaces/${namespace}/secrets/${secret}`, { user })
  const { data } = body as Secret
  if (!data?.['tls.crt'] || !data['tls.key']) throw new Error(`Secret ${namespace}/${secret} has no key`)
  return { cert: Buffer.from(data['tls.crt'], 'base64'), key: Buffer.from(data['tls.key'], 'base64') }
}

async function allow({ incoming, outgoing }: Call): Promise<void> {
  const review = JSON.parse(await text(incoming)) as { apiVersion: string; kind: string; request: { uid: string } }
  const answer = { apiVersion: review.apiVersion, kind: review.kind, response: { uid: review.request.uid, allowed: true } }
  outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
}

const shown = 'projectcalico.org/v3'
const kept = 'crd.projectcalico.org/v1'

/** Passes a request on under the other group's name, and the answer back. Its audit id goes along, so that the audit log says what became of it. */
async function showAsV3({ incoming, outgoing, upstream }: Call): Promise<void> {
  const { method = 'GET', url = '', headers } = incoming
  if (!url.startsWith(`/apis/${shown}`)) {
    outgoing.writeHead(404).end()
    return
  }
  const body = await text(incoming)
  const answer = await upstream(method, url.replace(shown, kept), {
    headers: {
      ...some(headers, ['content-type', 'user-agent', 'audit-id']),
      accept: jsonOnly(headers.accept),
    },
    ...(body && { body: body.replace(/(["']?apiVersion["']?\s*:\s*["']?)projectcalico\.org\/v3/g, `$1${kept}`) }),
  })
  outgoing.writeHead(answer.statusCode, some(answer.headers, ['content-type', 'retry-after', 'warning']))
  // An object per line when it is a watch, and one line when it is not: renaming cannot be cut in two.
  for await (const line of linesOf(answer.body)) outgoing.write(renamed(line))
  outgoing.end()
}

const renamed = (line: string): string => line.replaceAll(kept, shown).replaceAll('crd.projectcalico.org', 'projectcalico.org')

/** The JSON forms of what is acceptable: renaming is done in text. */
function jsonOnly(accept = ''): string {
  const forms = accept.split(',').filter(form => form.trim().startsWith('application/json'))
  return forms.join(',') || 'application/json'
}

const some = (headers: Record<string, string | string[] | undefined>, names: string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap(name => (headers[name] === undefined ? [] : [[name, String(headers[name])]])))

async function text(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

async function* linesOf(stream: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop()!
    for (const line of lines) yield `${line}\n`
  }
  if (rest) yield rest
}
