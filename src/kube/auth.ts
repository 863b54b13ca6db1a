/** Who we are to the API server, and how we know it: from a kubeconfig or from the pod we run in. Sends nothing to the server. */
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from './clock.ts'
import { type Access, type ClusterConfig, CredentialsError, readKubeconfig, type UserConfig } from './kubeconfig.ts'
import type { Plugin } from './plugin.ts'

/** All that a connection needs, as of now. */
export interface Identity {
  /** `https://10.0.0.1:6443`, perhaps with a path. */
  server: string
  tls: { ca?: string; cert?: string; key?: string; rejectUnauthorized?: boolean; servername?: string }
  /** Sent with every request. */
  headers: Record<string, string>
  proxy?: string
}

export interface CredentialsOptions {
  /** A path, or several as in KUBECONFIG; goes before the environment. */
  kubeconfig?: string
  context?: string
  env: Record<string, string | undefined>
  clock: Clock
  /** Where a pod finds its token; elsewhere in tests. */
  podFolder?: string
}

/** Tokens in files are renewed by the kubelet long before they end: seldom enough to cost nothing, often enough to be ahead. */
const keptMs = 10_000
const inPod = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Remembers for ten seconds, asks once for all who wait, and asks anew when the server refused. */
export class Credentials {
  /** For messages: `kubeconfig /home/me/.kube/config`, `the pod's service account`. */
  readonly source: string
  readonly #read: (anew: boolean) => Promise<Identity>
  readonly #clock: Clock
  #known: { identity: Promise<Identity>; since: number } | undefined
  #renewal: { refused: Identity; identity: Promise<Identity> } | undefined

  constructor(source: string, clock: Clock, read: (anew: boolean) => Promise<Identity>) {
    this.source = source
    this.#clock = clock
    this.#read = read
  }

  get(): Promise<Identity> {
    const fresh = this.#known && this.#clock.now() - this.#known.since < keptMs
    return fresh ? this.#known!.identity : this.#ask(false)
  }

  /** After the server refused this identity; whoever was refused at the same time gets the same new one. */
  async renewed(refused: Identity): Promise<Identity> {
    const known = await this.get()
    if (known !== refused) return known
    if (this.#renewal?.refused !== refused) this.#renewal = { refused, identity: this.#ask(true) }
    return this.#renewal.identity
  }

  #ask(anew: boolean): Promise<Identity> {
    const asked = { identity: this.#read(anew), since: this.#clock.now() }
    this.#known = asked
    asked.identity.catch(() => {
      if (this.#known === asked) this.#known = undefined
    })
    return asked.identity
  }
}

/**
 * In this order, as controller-runtime has it: the kubeconfig asked for, KUBECONFIG, the pod, ~/.kube/config. Throws CredentialsError when there is
 * none or it is wrong; what is wrong with a plugin shows when it is run.
 */
export function findCredentials({ kubeconfig, context, env, clock, podFolder = inPod }: CredentialsOptions): Credentials {
  const asked = kubeconfig || env.KUBECONFIG
  if (asked) return ofKubeconfig(asked, { context, env, clock })
  if (env.KUBERNETES_SERVICE_HOST) return ofPod(env, podFolder, clock)
  const home = join(env.HOME || homedir(), '.kube', 'config')
  try {
    return ofKubeconfig(home, { context, env, clock })
  } catch (error) {
    if (!(error instanceof CredentialsError) || !error.message.includes('does not exist')) throw error
    throw new CredentialsError(
      `no cluster to talk to: neither --kubeconfig nor KUBECONFIG is given, this is no pod (KUBERNETES_SERVICE_HOST is not set), and ${home} does not exist`,
    )
  }
}

function ofPod(env: CredentialsOptions['env'], folder: string, clock: Clock): Credentials {
  const host = env.KUBERNETES_SERVICE_HOST ?? ''
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${env.KUBERNETES_SERVICE_PORT || '443'}`
  const file = async (name: string) => {
    try {
      return await readFile(join(folder, name), 'utf8')
    } catch (error) {
      throw new CredentialsError(
        `the pod's service account has no ${name} in ${folder}: ${(error as Error).message}. Is automountServiceAccountToken off?`,
        { cause: error },
      )
    }
  }
  return new Credentials("the pod's service account", clock, async () => ({
    server,
    tls: { ca: await file('ca.crt') },
    headers: { authorization: `Bearer ${(await file('token')).trim()}` },
  }))
}

function ofKubeconfig(paths: string, { context, env, clock }: Pick<CredentialsOptions, 'context' | 'env' | 'clock'>): Credentials {
  const access = readKubeconfig(paths, context)
  let plugin: Promise<Plugin> | undefined
  const byPlugin = async (anew: boolean): Promise<Identity> => {
    if (!plugin || anew) plugin = import('./plugin.ts').then(({ Plugin }) => new Plugin(access))
    const { headers, tls } = await (await plugin).credentials()
    return {
      server: access.cluster.server,
      tls: { ...tlsOf(access.cluster), ...tls },
      headers: { ...headers, ...impersonation(access.user) },
      proxy: access.cluster['proxy-url'] || undefined,
    }
  }
  const read = needsPlugin(access.user) ? byPlugin : () => fromFiles(readKubeconfig(paths, access.context))
  return new Credentials(`${access.source}, context ${access.context}`, clock, async anew => {
    const identity = await read(anew)
    return { ...identity, proxy: identity.proxy ?? proxyFor(identity.server, env) }
  })
}

/** What @kubernetes/client-node is there for: exec plugins, OIDC and other providers. It takes 0.5 s and 40 MiB to load, so only then. */
const needsPlugin = (user: UserConfig): boolean => user.exec !== undefined || user['auth-provider'] !== undefined

async function fromFiles({ source, cluster, user }: Access): Promise<Identity> {
  const file = async (path: string | undefined, data: string | undefined) => {
    if (data) return Buffer.from(data, 'base64').toString('utf8')
    if (!path) return undefined
    return readFile(path, 'utf8').catch(error => {
      throw new CredentialsError(`${source} names a file that cannot be read: ${(error as Error).message}`, { cause: error })
    })
  }
  const token = user.token ?? (await file(user.tokenFile, undefined))
  const basic =
    user.username !== undefined ? `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}` : undefined
  const authorization = token ? `Bearer ${token.trim()}` : basic
  return {
    server: cluster.server,
    tls: {
      ...tlsOf(cluster),
      ca: await file(cluster['certificate-authority'], cluster['certificate-authority-data']),
      cert: await file(user['client-certificate'], user['client-certificate-data']),
      key: await file(user['client-key'], user['client-key-data']),
    },
    headers: { ...(authorization && { authorization }), ...impersonation(user) },
    proxy: cluster['proxy-url'] || undefined,
  }
}

const tlsOf = (cluster: ClusterConfig): Identity['tls'] => ({
  ...(cluster['insecure-skip-tls-verify'] && { rejectUnauthorized: false }),
  ...(cluster['tls-server-name'] && { servername: cluster['tls-server-name'] }),
})

function impersonation(user: UserConfig): Record<string, string> {
  if (!user.as) return {}
  const groups = user['as-groups']?.join(',')
  return {
    'impersonate-user': user.as,
    ...(user['as-uid'] && { 'impersonate-uid': user['as-uid'] }),
    ...(groups && { 'impersonate-group': groups }),
  }
}

/** HTTPS_PROXY and NO_PROXY, as curl and Go read them. */
export function proxyFor(server: string, env: CredentialsOptions['env']): string | undefined {
  const { protocol, hostname, port } = new URL(server)
  const proxy = protocol === 'https:' ? (env.HTTPS_PROXY ?? env.https_proxy) : (env.HTTP_PROXY ?? env.http_proxy)
  const host = hostname.replace(/^\[|\]$/g, '')
  if (!proxy || host === 'localhost' || host.startsWith('127.') || host === '::1') return undefined
  const exempt = (env.NO_PROXY ?? env.no_proxy ?? '')
    .split(',')
    .map(item => item.trim())
    .filter(Boolean)
  return exempt.some(item => matches(item, host, port)) ? undefined : proxy
}

function matches(item: string, host: string, port: string): boolean {
  if (item === '*' || item === host || item === `${host}:${port}`) return true
  return host.endsWith(item.startsWith('.') ? item : `.${item}`) || inRange(host, item)
}

/** IPv4 only: `10.0.0.0/8`. */
function inRange(host: string, range: string): boolean {
  const [network = '', bits] = range.split('/')
  const [a, b] = [ipv4(host), ipv4(network)]
  if (bits === undefined || a === undefined || b === undefined) return false
  const shift = 2 ** (32 - Number(bits))
  return Math.floor(a / shift) === Math.floor(b / shift)
}

function ipv4(text: string): number | undefined {
  const parts = text.split('.').map(Number)
  if (parts.length !== 4 || parts.some(part => !Number.isInteger(part) || part < 0 || part > 255)) return undefined
  return parts.reduce((all, part) => all * 256 + part, 0)
}
