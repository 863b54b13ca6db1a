/** Reads kubeconfig files and finds in them the cluster and user that a context names. Asks no server, and runs no plugin. */
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'

/** No way to the cluster can be made out: which file or variable is wrong, and what to do. */
export class CredentialsError extends Error {
  override name = 'CredentialsError'
}

/** https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
export interface ClusterConfig {
  server: string
  'certificate-authority'?: string
  'certificate-authority-data'?: string
  'insecure-skip-tls-verify'?: boolean
  'tls-server-name'?: string
  'proxy-url'?: string
}

export interface UserConfig {
  'client-certificate'?: string
  'client-certificate-data'?: string
  'client-key'?: string
  'client-key-data'?: string
  token?: string
  tokenFile?: string
  username?: string
  password?: string
  exec?: object
  'auth-provider'?: object
  as?: string
  'as-uid'?: string
  'as-groups'?: string[]
}

export interface Access {
  /** The files that were read, as messages name them. */
  source: string
  context: string
  cluster: ClusterConfig
  user: UserConfig
}

interface Named<T> {
  file: string
  value: T
}

interface Merged {
  files: string[]
  current: string | undefined
  contexts: Map<string, Named<{ cluster?: string; user?: string }>>
  clusters: Map<string, Named<ClusterConfig>>
  users: Map<string, Named<UserConfig>>
}

/** `paths`: one file, or several as KUBECONFIG has them; what an earlier one names goes before a later one's. Throws CredentialsError. */
export function readKubeconfig(paths: string, contextName?: string): Access {
  const files = paths.split(delimiter).filter(Boolean)
  const there = files.filter(file => existsSync(file))
  if (there.length === 0)
    throw new CredentialsError(`kubeconfig ${files.join(', ')} does not exist. Name one that does with --kubeconfig or KUBECONFIG`)
  const merged = mergeFiles(there)
  const source = `kubeconfig ${there.join(', ')}`
  const context = contextName ?? merged.current
  const names = `contexts in it: ${[...merged.contexts.keys()].join(', ') || 'none'}`
  if (!context) throw new CredentialsError(`${source} has no current-context (${names}). Choose one: kubectl config use-context NAME`)
  const chosen = merged.contexts.get(context)
  if (!chosen) throw new CredentialsError(`${source} has no context ${context} (${names})`)
  const cluster = merged.clusters.get(chosen.value.cluster ?? '')
  if (!cluster) throw new CredentialsError(`${source}: context ${context} refers to cluster ${chosen.value.cluster}, which is not in it`)
  const user = chosen.value.user ? merged.users.get(chosen.value.user) : { file: chosen.file, value: {} }
  if (!user) throw new CredentialsError(`${source}: context ${context} refers to user ${chosen.value.user}, which is not in it`)
  checkServer(cluster.value.server, `${source}: cluster ${chosen.value.cluster}`)
  return {
    source,
    context,
    cluster: absolute(cluster, ['certificate-authority']),
    user: absolute(user, ['client-certificate', 'client-key', 'tokenFile']),
  }
}

function checkServer(server: unknown, whose: string): void {
  if (typeof server !== 'string' || !/^https?:\/\//.test(server) || !URL.canParse(server))
    throw new CredentialsError(`${whose} has server ${JSON.stringify(server)}, which is no URL such as https://10.0.0.1:6443`)
}

function mergeFiles(files: string[]): Merged {
  const merged: Merged = { files, current: undefined, contexts: new Map(), clusters: new Map(), users: new Map() }
  for (const file of files) {
    const config = parse(file)
    merged.current ??= config['current-context'] || undefined
    for (const [list, map, inside] of [
      ['contexts', merged.contexts, 'context'],
      ['clusters', merged.clusters, 'cluster'],
      ['users', merged.users, 'user'],
    ] as const) {
      for (const entry of config[list] ?? []) {
        if (!map.has(entry.name)) (map as Map<string, Named<unknown>>).set(entry.name, { file, value: entry[inside] ?? {} })
      }
    }
  }
  return merged
}

type Entries = { name: string; [inside: string]: unknown }[] | null

interface ConfigFile {
  'current-context'?: string
  contexts?: Entries
  clusters?: Entries
  users?: Entries
}

function parse(file: string): ConfigFile {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new CredentialsError(`kubeconfig ${file} cannot be read: ${(error as Error).message}`, { cause: error })
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [fault] = document.errors
  if (fault) {
    const { line, col } = lines.linePos(fault.pos[0])
    throw new CredentialsError(`kubeconfig ${file}, line ${line}, column ${col}: ${fault.message}`)
  }
  const config: unknown = document.toJS()
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw new CredentialsError(`kubeconfig ${file} is no kubeconfig: it has neither clusters nor contexts`)
  return config
}

/** Paths in a kubeconfig are relative to its folder. */
function absolute<T extends object>({ file, value }: Named<T>, fields: readonly (keyof T & string)[]): T {
  const paths = fields.flatMap(field =>
    typeof value[field] === 'string' && value[field] !== '' ? [[field, resolve(dirname(file), value[field])]] : [],
  )
  return { ...value, ...Object.fromEntries(paths) }
}

/** Where the API server of a kubeconfig is, for who takes the address from there and the credentials from elsewhere (`--url-only-kubeconfig`). */
export function serverOf(paths: string): { host: string; port: string } {
  const { hostname, port, protocol } = new URL(readKubeconfig(paths).cluster.server)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port || (protocol === 'http:' ? '80' : '443') }
}
