/** One exchange with a server, whatever protocol carries it: http1.ts or http2.ts. */
import type { Identity } from './auth.ts'

export interface Wire {
  /** Resolves when the status and headers are there. Rejects with Unreachable when they do not come. */
  open(request: WireRequest): Promise<WireResponse>
  close(): Promise<void>
}

export interface WireRequest {
  method: string
  /** With query. */
  path: string
  headers: Record<string, string>
  body?: string
  /** Ends the exchange, also while the body is being read. */
  signal?: AbortSignal
}

export interface WireResponse {
  status: number
  headers: Record<string, string>
  /** Throws Unreachable when the connection breaks. */
  body: AsyncIterable<Uint8Array>
  /** Gives up the rest of the body. */
  cancel(): void
}

/** Where and as whom to connect; a change of it needs new connections. */
export type Peer = Pick<Identity, 'server' | 'tls' | 'proxy'>

/** Milliseconds. A dead peer is found out within the sum of the last two. */
export const connectMs = 10_000
export const idleMs = 20_000
export const answerMs = 10_000

/** Header values as one text each, names in lower case. */
export function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) if (value !== undefined && !name.startsWith(':')) plain[name] = String(value)
  return plain
}
