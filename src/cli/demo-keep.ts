/** Leaves a demo running for kubectl, Helm and whatever else speaks to API servers, and tells who changes what in it, until it is interrupted. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { stringify } from 'yaml'
import { type Clock, pause } from '../kube/clock.ts'
import { describe } from '../kube/objects.ts'
import { listen } from '../sandbox/http.ts'
import type { LoggedRequest, Sandbox } from '../sandbox/sandbox.ts'
import type { Variables } from './environment.ts'
import { seconds } from './progress.ts'
import type { Paint, Screen } from './terminal.ts'

export interface Kept {
  sandbox: Sandbox
  screen: Screen
  paint: Paint
  clock: Clock
  env: Variables
  /** When it began, in milliseconds since 1970. */
  began: number
  stop: AbortSignal
}

const lookEveryMs = 100

/** Resolves when the signal is aborted. The kubeconfig is taken away then: nobody answers any more. */
export async function keep(kept: Kept): Promise<void> {
  const { sandbox, screen, clock, stop, began, paint } = kept
  // On loopback, without credentials: kubectl sends none where there is no TLS, and there is nothing real to protect.
  const server = await listen((_, userAgent) => sandbox.transport({ userAgent: userAgent ?? 'unknown' }))
  const folder = mkdtempSync(join(tmpdir(), 'calico-operator-demo-'))
  try {
    const path = join(folder, 'kubeconfig')
    writeFileSync(path, kubeconfig(server.url))
    screen.say(invitation(path, kept))
    let told = sandbox.requests.all.length
    while (!stop.aborted) {
      await pause(clock, lookEveryMs, stop).catch(() => undefined)
      const all = sandbox.requests.all
      const lines = all.slice(told).flatMap(request => deed(request) ?? [])
      told = all.length
      if (lines.length > 0) screen.say(lines.map(line => `  ${paint('dim', seconds(clock.now() - began).padStart(7))}  ${line}`))
    }
  } finally {
    rmSync(folder, { recursive: true })
    await server.close()
  }
}

const kubeconfig = (server: string): string => {
  const name = 'calico-operator-demo'
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server } }],
    contexts: [{ name, context: { cluster: name, user: '' } }],
    'current-context': name,
  })
}

function invitation(path: string, { paint, env }: Kept): string[] {
  const kubectl = findKubectl(env)
  const commands = [
    `export KUBECONFIG=${path}`,
    ...['get tigerastatus', 'get pods -A', 'edit installation default'].map(command => `${kubectl} ${command}`),
  ]
  return [
    `  It goes on until Ctrl-C. Look into it, and change it, from another terminal:`,
    '',
    ...commands.map(command => `      ${paint('cyan', command)}`),
    '',
  ]
}

/** As it can be called: by its name where the shell finds it, else where this project's control plane keeps one. */
function findKubectl({ PATH = '', KUBEBUILDER_ASSETS }: Variables): string {
  if (PATH.split(delimiter).some(folder => folder !== '' && existsSync(join(folder, 'kubectl')))) return 'kubectl'
  const built = [KUBEBUILDER_ASSETS, join(homedir(), '.cache', 'calico-operator', 'v1.35.4')].flatMap(folder =>
    folder ? [join(folder, 'kubectl')] : [],
  )
  return built.find(file => existsSync(file)) ?? 'kubectl'
}

const deeds: Partial<Record<LoggedRequest['verb'], string>> = { create: 'created', update: 'changed', patch: 'changed', delete: 'deleted' }

/** What somebody did, if it is worth telling: `kubectl deleted DaemonSet calico-system/calico-node`. What nodes and pods do by themselves is not. */
function deed({ userAgent, verb, kind, namespace, name = '', subresource, status, effect, resource }: LoggedRequest): string | undefined {
  const program = userAgent.split('/')[0] ?? ''
  const isQuiet = subresource !== undefined || program === 'life' || resource === 'leases' || resource === 'events'
  const what = status === 201 ? 'created' : deeds[verb]
  if (isQuiet || what === undefined || !effect || status >= 400) return undefined
  return `${program} ${what} ${describe({ kind, name, ...(namespace !== undefined && { namespace }) })}`
}
