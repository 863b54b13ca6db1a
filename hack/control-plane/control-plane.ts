/**
 * Starts a real Kubernetes control plane without containers: etcd, API server, controller manager, scheduler, and kwok in place of kubelets.
 * It needs no privileges, listens on loopback only, and leaves nothing behind. Pods do not really run.
 */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, type Dispatcher, request } from 'undici'
import { type AuditEvent, readAudit } from '../audit.ts'
import { apiserverArguments, controllerManagerArguments, etcdArguments, kwokArguments, schedulerArguments } from './arguments.ts'
import { type Binary, build, findBinary, unavailable } from './binaries.ts'
import { type Credentials, credentials } from './credentials.ts'
import { Egress } from './egress.ts'
import { type Family, type NodeGroup, nodes } from './nodes.ts'
import { freePort } from './ports.ts'
import { Processes } from './processes.ts'

export interface ControlPlaneOptions {
  /** Families of the Service network, the first one being that of the `kubernetes` Service. Default IPv4. */
  families?: Family[]
  /** Further arguments of kube-apiserver, `--feature-gates=…`. */
  apiserverArgs?: string[]
  /** Users and their groups. Default: admin and operator, both in system:masters. */
  users?: Record<string, string[]>
  /** Without controller manager, scheduler and kwok nothing but the API server answers, in half the time. Default true. */
  controllers?: boolean
  /** Hears what takes long. Default: standard error. */
  tell?: (line: string) => void
}

export interface ControlPlane {
  url: string
  /** PEM. */
  ca: string
  token(user: string): string
  /** Path of a kubeconfig file. */
  kubeconfig(user: string): string
  /** What pods would answer to the API server's webhooks and aggregated APIs; nobody answers at first. */
  egress: Egress
  /** One request as a user, default admin. Resolves whatever the status is. */
  request(method: Dispatcher.HttpMethod, path: string, options?: RequestOptions): Promise<Answer>
  /** Adds nodes and resolves when they exist; numbers go on where they ended. */
  createNodes(groups: NodeGroup[]): Promise<void>
  /** Everything that was asked of the server until now, oldest first. */
  auditLog(): Promise<AuditEvent[]>
  close(): Promise<void>
}

interface RequestOptions {
  user?: string
  body?: unknown
  contentType?: string
  userAgent?: string
}

export interface Answer {
  status: number
  /** Parsed when it was one JSON document; text otherwise, a watch's lines for example. */
  body: unknown
}

/** Whether a control plane can be started here: binaries are there, or Go is there to build them. When not, says so. */
export function available(tell: (line: string) => void = console.warn): boolean {
  const reason = unavailable()
  if (reason) tell(`SKIPPED: ${reason}`)
  return reason === undefined
}

/** Takes 3 to 8 s once the binaries are built. Throws with the end of the log when one of the programs ends. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  await build(options.tell ?? console.error)
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(options)
    } catch (error) {
      // Ports are free when they are chosen, and may be taken a moment later.
      if (attempt === 3 || !/address already in use/.test(String(error))) throw error
    }
  }
}

async function start({
  families = ['IPv4'],
  apiserverArgs = [],
  users = { admin: ['system:masters'], operator: ['system:masters'] },
  controllers = true,
}: ControlPlaneOptions): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'control-plane-'))
  const processes = new Processes(folder)
  const [etcdPort, peerPort, port] = await Promise.all([freePort(), freePort(), freePort()])
  const url = `https://127.0.0.1:${port}`
  const egress = new Egress(join(folder, 'egress.sock'))
  const close = async () => {
    await Promise.all([processes.close(), egress.close(), agent.close()])
    await rm(folder, { recursive: true, force: true })
  }
  const own = {
    'system:kube-controller-manager': ['system:masters'],
    'system:kube-scheduler': ['system:masters'],
    kwok: ['system:masters'],
    prober: ['system:masters'],
    'stand-in': ['system:masters'],
  }
  const keys = await credentials(folder, url, { ...users, ...own })
  const agent = new Agent({ connect: { ca: keys.ca }, connections: 64 })
  const plane = { url, keys, agent }
  try {
    await egress.listen()
    processes.start('etcd', binary('etcd'), etcdArguments(folder, etcdPort, peerPort))
    const server = apiserverArguments({ keys, folder, port, etcdPort, families })
    processes.start('kube-apiserver', binary('kube-apiserver'), [...server, ...apiserverArgs])
    await ready(plane, processes)
    if (controllers) startControllers(processes, keys, families)
  } catch (error) {
    await close()
    throw error
  }
  let created = 0
  return {
    url,
    ca: keys.ca,
    token: keys.token,
    kubeconfig: keys.kubeconfig,
    egress,
    request: (method, path, requestOptions = {}) => ask(plane, { method, path, ...requestOptions }),
    async createNodes(groups) {
      const wanted = nodes(groups, created)
      created += wanted.length
      await inParallel(32, wanted, node => create(plane, '/api/v1/nodes', node))
    },
    auditLog() {
      processes.check()
      const mark = (userAgent: string) => ask(plane, { method: 'GET', path: '/api/v1/namespaces/default', user: 'prober', userAgent })
      return readAudit(join(folder, 'audit.log'), mark)
    },
    close,
  }
}

interface Plane {
  url: string
  keys: Credentials
  agent: Agent
}

function binary(name: Binary): string {
  const path = findBinary(name)
  if (!path) throw new Error(`${name} has not been built`)
  return path
}

function startControllers(processes: Processes, keys: Credentials, families: Family[]): void {
  processes.start('kube-controller-manager', binary('kube-controller-manager'), controllerManagerArguments(keys, families))
  processes.start('kube-scheduler', binary('kube-scheduler'), schedulerArguments(keys))
  processes.start('kwok', binary('kwok'), kwokArguments(keys))
}

/** Waits until the server says that it is ready and the namespace `default` is there. */
async function ready(plane: Plane, processes: Processes): Promise<void> {
  const until = Date.now() + 60_000
  for (const path of ['/readyz', '/api/v1/namespaces/default']) {
    while (!(await isThere(plane, path))) {
      processes.check()
      if (Date.now() > until) throw new Error(`${path} did not answer within 60 s`)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
}

const isThere = async (plane: Plane, path: string): Promise<boolean> => {
  try {
    return (await ask(plane, { method: 'GET', path, user: 'prober' })).status === 200
  } catch {
    return false
  }
}

interface Question extends RequestOptions {
  method: Dispatcher.HttpMethod
  path: string
}

async function ask(
  { url, keys, agent }: Plane,
  { method, path, user = 'admin', body, contentType = 'application/json', userAgent = 'control-plane' }: Question,
): Promise<Answer> {
  const answer = await request(`${url}${path}`, {
    dispatcher: agent,
    method,
    headers: {
      authorization: `Bearer ${keys.token(user)}`,
      'content-type': contentType,
      accept: 'application/json',
      'user-agent': userAgent,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.body.text()
  return { status: answer.statusCode, body: parsed(text) }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

async function create(plane: Plane, path: string, object: unknown): Promise<void> {
  const { status, body } = await ask(plane, { method: 'POST', path, body: object })
  if (status !== 201) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body)}`)
}

async function inParallel<T>(lanes: number, items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const item of rest) await work(item)
    }),
  )
}
