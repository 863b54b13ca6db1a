/** The sandbox on a port, for kubectl, Helm and whatever else speaks HTTP. Translates, and decides nothing; no TLS. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parse } from 'yaml'
import type { Request, Transport } from '../kube/transport.ts'
import { decodeProtobuf } from './protobuf.ts'
import { badRequest } from './schema/field-errors.ts'

export interface Listening {
  /** `http://127.0.0.1:12345`. */
  url: string
  close(): Promise<void>
}

/** Who asks, by the token that a client shows; undefined for none. */
export type Connect = (token: string | undefined, userAgent: string | undefined) => Transport | undefined

/**
 * Answers on a port of this machine, any free one by default. `connect` gives the transport of a client, or undefined for one that is nobody:
 * it is answered 401.
 */
export async function listen(
  connect: Connect,
  { port = 0, host = '127.0.0.1' }: { port?: number; host?: string } = {},
): Promise<Listening> {
  const server = createServer((incoming, outgoing) => {
    answer(connect, incoming, outgoing).catch(error => fail(outgoing, error))
  })
  // A watch may be silent for as long as it likes.
  server.requestTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
  const { port: chosen } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${chosen}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(connect: Connect, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { authorization = '', 'user-agent': userAgent } = incoming.headers
  const token = /^Bearer (.+)$/.exec(authorization)?.[1]
  const transport = connect(token, userAgent)
  if (!transport) return send(outgoing, { status: 401, body: unauthorized })
  const request = await requestOf(incoming, outgoing)
  if (!request) return
  const { query } = request
  const watches = request.method === 'GET' && (query?.watch === 'true' || query?.watch === '1')
  await (watches ? watch(transport, request, outgoing) : send(outgoing, await transport.request(request)))
}

const unauthorized = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'Unauthorized',
  reason: 'Unauthorized',
  code: 401,
}
/** Undefined when the body could not be read, which has been answered then. */
async function requestOf(incoming: IncomingMessage, outgoing: ServerResponse): Promise<Request | undefined> {
  const url = new URL(incoming.url ?? '/', 'http://localhost')
  const { 'content-type': contentType = '', accept } = incoming.headers
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  try {
    return {
      method: incoming.method as Request['method'],
      path: decodeURI(url.pathname),
      query: Object.fromEntries(url.searchParams),
      ...(bytes.length > 0 && { body: bodyOf(bytes, contentType) }),
      ...(contentType && { contentType: contentType.includes('protobuf') ? 'application/json' : contentType }),
      ...(accept !== undefined && { accept }),
    }
  } catch (error) {
    send(outgoing, { status: 400, body: badRequest((error as Error).message) })
    return undefined
  }
}

/** JSON, YAML and protobuf as what they are; what is none of them goes on as text. Throws an error about protobuf. */
function bodyOf(bytes: Buffer, contentType: string): unknown {
  if (contentType.includes('protobuf')) return decodeProtobuf(bytes)
  const text = bytes.toString()
  try {
    return contentType.includes('yaml') ? parse(text, { version: '1.1' }) : JSON.parse(text)
  } catch {
    return text
  }
}

interface Answered {
  status: number
  headers?: Record<string, string>
  body: unknown
}

function send(outgoing: ServerResponse, { status, headers = {}, body }: Answered): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'
  outgoing.writeHead(status, { 'content-type': type, ...headers, 'content-length': Buffer.byteLength(text) })
  outgoing.end(text)
}

/** One line for each event, as soon as it happens, until one side has had enough. */
async function watch(transport: Transport, request: Request, outgoing: ServerResponse): Promise<void> {
  const watching = await transport.watch(request)
  if (watching.status !== 200) return send(outgoing, watching as Answered)
  outgoing.on('close', () => watching.close())
  outgoing.writeHead(200, { 'content-type': 'application/json', ...watching.headers })
  outgoing.flushHeaders()
  for await (const event of watching.events) {
    if (outgoing.destroyed) break
    outgoing.write(`${JSON.stringify(event)}\n`)
  }
  outgoing.end()
}

function fail(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.headersSent) outgoing.destroy()
  else
    send(outgoing, {
      status: 500,
      body: { ...unauthorized, message: error instanceof Error ? error.message : String(error), reason: 'InternalError', code: 500 },
    })
}
