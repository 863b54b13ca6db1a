import type { Json, KubeObject } from './objects.ts'

/** The one way to an API server. Three implementations: `http.ts` (real), the sandbox (in process), `faults.ts` (wraps another one). */
export interface Transport {
  /** Resolves with whatever status the server gave; rejects only when no answer came (connection refused, reset, timeout). */
  request(request: Request): Promise<Response>
  /** Opens a watch. Rejects only when no answer came; a refusal is in `status` and `body`. */
  watch(request: Request): Promise<WatchResponse>
  /** Closes what is open. Idempotent. */
  close(): Promise<void>
}

export interface Request {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path below the server's root, without query: `/apis/apps/v1/namespaces/x/deployments/y`. */
  path: string
  /** Query parameters; undefined ones are left out. */
  query?: Record<string, string | undefined>
  /** Sent as JSON. Never mutated by a transport, and what it returns is never mutated by the receiver. */
  body?: unknown
  /** Defaults to application/json. Patches: application/apply-patch+yaml, merge-patch+json, json-patch+json, strategic-merge-patch+json. */
  contentType?: string
  accept?: string
  signal?: AbortSignal
}

export interface Response {
  status: number
  /** Lower-case names. */
  headers: Record<string, string>
  /** Parsed JSON (an object, a list, a Status), or text when it was not JSON. */
  body: unknown
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  /** A Status when the type is ERROR. */
  object: KubeObject & { [field: string]: unknown }
}

export interface WatchResponse {
  status: number
  headers: Record<string, string>
  /** What a refused watch answered; undefined when events flow. */
  body?: unknown
  /** Ends when the server closes the stream or `close` is called; throws when the connection breaks. */
  events: AsyncIterable<WatchEvent>
  close(): void
}

/** metav1.Status, the body of every refusal. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  status?: 'Success' | 'Failure'
  message?: string
  reason?: string
  code?: number
  details?: {
    name?: string
    group?: string
    kind?: string
    uid?: string
    retryAfterSeconds?: number
    causes?: { reason?: string; message?: string; field?: string }[]
  }
  metadata?: { [key: string]: Json }
}
