/** Listens to what goes over a transport, for logs, metrics and counts: what is asked, and what comes of it. Changes nothing on the way. */
import type { Transport } from '../kube/transport.ts'
import { resourcePath } from '../sandbox/paths.ts'

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'

/** One request about a resource, answered or not. */
export interface Asked {
  verb: Verb
  /** `daemonsets.apps`, as kubectl names it. */
  resource: string
  subresource?: string
  namespace?: string
  name?: string
  /** Of the answer; undefined when none came. */
  status?: number
  /** Why it was refused. */
  message?: string
}

/** The same transport, with somebody who hears of each request when it is answered, of a watch when it begins. */
export function listening(transport: Transport, heard: (asked: Asked) => void): Transport {
  const tell = (about: Asked | undefined, answer?: { status: number; body?: unknown }) => about && heard({ ...about, ...outcome(answer) })
  const asking = async <T extends { status: number; body?: unknown }>(about: Asked | undefined, answer: Promise<T>): Promise<T> => {
    try {
      const given = await answer
      tell(about, given)
      return given
    } catch (error) {
      tell(about)
      throw error
    }
  }
  return {
    request: request => asking(question(request, false), transport.request(request)),
    watch: request => asking(question(request, true), transport.watch(request)),
    close: () => transport.close(),
  }
}

/** Undefined for what is about no resource: versions, discovery. */
function question({ method, path }: { method: string; path: string }, watching: boolean): Asked | undefined {
  const { group, resource, namespace, name, subresource } = resourcePath(path) ?? {}
  if (resource === undefined) return undefined
  return {
    verb: verbOf(method, name !== undefined, watching),
    resource: group ? `${resource}.${group}` : resource,
    subresource,
    namespace,
    name,
  }
}

function verbOf(method: string, named: boolean, watching: boolean): Verb {
  if (watching) return 'watch'
  if (method === 'GET') return named ? 'get' : 'list'
  if (method === 'DELETE') return named ? 'delete' : 'deletecollection'
  return method === 'POST' ? 'create' : method === 'PUT' ? 'update' : 'patch'
}

function outcome(answer?: { status: number; body?: unknown }): Partial<Asked> {
  if (!answer) return {}
  const { metadata, message } = (answer.body ?? {}) as { message?: string; metadata?: { name?: string } }
  if (answer.status >= 400) return { status: answer.status, ...(message !== undefined && { message }) }
  return { status: answer.status, ...(metadata?.name !== undefined && { name: metadata.name }) }
}

export const isWrite = ({ verb }: Asked): boolean => !['get', 'list', 'watch'].includes(verb)
