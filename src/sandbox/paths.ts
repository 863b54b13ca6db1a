/** Which resource a path names. Never knows whether it is served. */

/** The parts of a path below `/api` or `/apis`. */
export interface ResourcePath {
  group: string
  version: string
  /** undefined: discovery of a group or version. */
  resource?: string
  namespace?: string
  name?: string
  subresource?: string
}

/**
 * Undefined for other paths (`/version`, `/healthz`). `/apis` and `/apis/apps` have no version; Namespaces themselves are named both by
 * `/api/v1/namespaces/x` and by nothing else. https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
 */
export function resourcePath(path: string): ResourcePath | undefined {
  const [root, ...parts] = path.split('/').filter(Boolean).map(decodeURIComponent)
  if (root === 'api') return below({ group: '', version: parts[0] ?? '' }, parts.slice(1))
  if (root === 'apis') return below({ group: parts[0] ?? '', version: parts[1] ?? '' }, parts.slice(2))
  return undefined
}

function below(at: { group: string; version: string }, parts: string[]): ResourcePath {
  // Old paths that say watch in front; the verb is all that is different.
  if (parts[0] === 'watch') return below(at, parts.slice(1))
  if (parts[0] !== 'namespaces' || parts.length < 3 || isOfNamespace(parts)) return resource(at, parts)
  return { ...resource(at, parts.slice(2)), namespace: parts[1]! }
}

/** `namespaces/x/status` is about the Namespace; `namespaces/x/pods` about what is in it. */
const isOfNamespace = (parts: string[]) => parts.length === 3 && (parts[2] === 'status' || parts[2] === 'finalize')

function resource(at: { group: string; version: string }, [name, ...rest]: string[]): ResourcePath {
  return {
    ...at,
    ...(name !== undefined && { resource: name }),
    ...(rest[0] !== undefined && { name: rest[0] }),
    ...(rest[1] !== undefined && { subresource: rest.slice(1).join('/') }),
  }
}
