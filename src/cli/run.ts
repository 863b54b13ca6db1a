/** The operator's process: who it is, which cluster, what it was started for, and an orderly end (spec/installation-controller.md §1.3, §1.4). Decides nothing about Calico. */
import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import type { Mode } from '../../api/index.ts'
import { Issuer } from '../certificates/issue.ts'
import { freshKeys } from '../certificates/key-source.ts'
import { readMode } from '../controllers/mode.ts'
import type { Surroundings } from '../controllers/surroundings.ts'
import { findCredentials } from '../kube/auth.ts'
import { Client } from '../kube/client.ts'
import { pause, systemClock } from '../kube/clock.ts'
import { ApiError } from '../kube/errors.ts'
import { HttpTransport } from '../kube/http.ts'
import { CredentialsError, serverOf } from '../kube/kubeconfig.ts'
import type { Transport } from '../kube/transport.ts'
import { bootstrap } from './bootstrap.ts'
import {
  clusterDomain,
  endpointOf,
  identity,
  kubernetesVersion,
  managedNamespaces,
  readFile,
  systemRoots,
  type Variables,
} from './environment.ts'
import { createLog, fault, type Log } from './log.ts'
import { createMetrics, listenAddress, type Metrics, serveMetrics } from './metrics.ts'
import { hearing } from './observe.ts'
import { fieldManager } from './operator.ts'
import type { OperatorFlags } from './operator-flags.ts'
import { preDelete } from './pre-delete.ts'
import { operatorVersion } from './print.ts'
import { listening } from './requests.ts'
import { serve } from './term.ts'

const clock = systemClock

interface Process {
  flags: OperatorFlags
  env: Variables
  log: Log
  metrics: Metrics
  transport: Transport
  client: Client
  /** Where the credentials come from, for messages. */
  source: string
  /** Aborted when the process is asked to end. */
  stop: AbortSignal
}

/** Resolves with the exit code, when the process has been asked to end or has done what it was started for. Throws for a wrong command line and without credentials. */
export async function run(flags: OperatorFlags, given: Variables): Promise<0 | 1> {
  thrifty()
  const env = environment(flags, given)
  const listenAt = listenAddress(env)
  const log = logOf(flags)
  const { namespace } = identity(env, readFile)
  if (managedNamespaces.includes(namespace)) {
    log.error(`the operator cannot run in ${namespace}, which it manages itself. Run it in a namespace of its own, such as tigera-operator`)
    return 1
  }
  const credentials = findCredentials({ kubeconfig: flags.kubeconfig, env, clock })
  const metrics = createMetrics()
  const http = new HttpTransport({ credentials, userAgent: `${fieldManager}/${operatorVersion}` })
  const transport = listening(http, hearing({ log, metrics }))
  const client = new Client({ transport, clock, random: Math.random, fieldManager })
  const { stop, forget } = askedToEnd(log)
  log.info({ version: operatorVersion, node: process.version, credentials: credentials.source }, 'calico-operator starts')
  try {
    return await work({ flags, env, log, metrics, transport, client, source: credentials.source, stop }, listenAt)
  } finally {
    forget()
    await transport.close()
  }
}

/**
 * Keeps V8's nursery at the one MiB it begins with. Left alone it grows to 32 MiB and more while Calico is installed, and stays with the process,
 * which then rests for months; what is saved by it is less than a tenth of a second.
 */
const thrifty = (): void => setFlagsFromString('--semi-space-growth-factor=1')

/** With `--url-only-kubeconfig` the address of the server comes from a file, the credentials from the pod. */
function environment({ urlOnlyKubeconfig }: OperatorFlags, env: Variables): Variables {
  if (!urlOnlyKubeconfig) return env
  const { host, port } = serverOf(urlOnlyKubeconfig)
  return { ...env, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port }
}

const logOf = ({ zapLogLevel, zapDevel, zapEncoder, zapTimeEncoding }: OperatorFlags): Log =>
  createLog({
    clock,
    level: zapLogLevel ?? (zapDevel ? 'debug' : 'info'),
    readable: zapEncoder === undefined ? zapDevel : zapEncoder === 'console',
    time: zapTimeEncoding,
  })

/** The first signal asks; the second does not ask any more. */
function askedToEnd(log: Log): { stop: AbortSignal; forget: () => void } {
  const asked = new AbortController()
  const signals = ['SIGTERM', 'SIGINT'] as const
  const hear = (signal: string) => {
    if (asked.signal.aborted) process.exit(1)
    log.info(`${signal}: coming to an end`)
    asked.abort(new Error(signal))
  }
  for (const signal of signals) process.on(signal, hear)
  return {
    stop: asked.signal,
    forget: () => {
      for (const signal of signals) process.off(signal, hear)
    },
  }
}

async function work(here: Process, listenAt: Address | undefined): Promise<0 | 1> {
  const { flags, client, log, stop } = here
  let ready = false
  const port = listenAt && keepListening(here, listenAt, () => (ready ? undefined : 'the API server has not answered yet'))
  try {
    const found = await firstContact(here)
    if (flags.bootstrapCrds) return (await bootstrap(client, found.mode, log)) ? 0 : 1
    if (flags.preDelete) return (await preDelete({ client, clock, log, stop })) ? 0 : 1
    ready = true
    await serve({ ...here, clock, random: Math.random, surroundings: surroundings(here, found), elect: flags.enableLeaderElection })
    return 0
  } catch (error) {
    if (stop.aborted && error === stop.reason) return 0
    if (!(error instanceof ApiError)) throw error
    log.error(fault(error), 'this could not be done')
    return 1
  } finally {
    await port?.close()
  }
}

type Address = NonNullable<ReturnType<typeof listenAddress>>

/** Another operator on the same host may still have the port; it is tried until it is free. What Prometheus asks is not worth ending for. */
function keepListening({ metrics, log, stop }: Process, at: Address, notReady: () => string | undefined): { close(): Promise<void> } {
  const ended = new AbortController()
  const either = AbortSignal.any([stop, ended.signal])
  const listen = async (): Promise<Server | undefined> => {
    for (let told = false; !either.aborted; told = true) {
      try {
        return await serveMetrics(metrics, at, notReady)
      } catch (error) {
        if (!told) log.error(fault(error), `cannot listen for metrics on port ${at.port}; it is tried again`)
        await pause(clock, 5_000, either).catch(() => undefined)
      }
    }
    return undefined
  }
  const server = listen()
  return {
    async close() {
      ended.abort()
      ;(await server)?.close()
    },
  }
}

interface Contact {
  mode: Mode
  kubernetes: { major: number; minor: number }
}

const retries = [200, 400, 800, 1_600, 3_200, 5_000]

/** Asks until the server answers, and says why it does not: once for each reason. Throws CredentialsError, for without credentials nothing will ever answer. */
async function firstContact({ client, env, log, stop, source }: Process): Promise<Contact> {
  let told = ''
  for (let attempt = 0; ; attempt++) {
    try {
      const { gitVersion } = (await client.raw('/version')) as { gitVersion?: string }
      const { mode, because } = await readMode(client, env.CALICO_API_GROUP)
      log.info({ kubernetes: gitVersion, mode, because }, told ? 'the API server answers now' : 'the API server answers')
      return { mode, kubernetes: kubernetesVersion(gitVersion) }
    } catch (error) {
      if (error instanceof CredentialsError) throw error
      const { message } = error as Error
      if (message !== told)
        log.error({ error: message }, `the API server of ${source} gives no answer that can be used; it is asked until it does`)
      told = message
      await pause(clock, retries[Math.min(attempt, retries.length - 1)]!, stop)
    }
  }
}

const surroundings = ({ env, flags }: Process, { mode, kubernetes }: Contact): Surroundings => ({
  environment: {
    operator: identity(env, readFile),
    v3: mode === 'v3',
    clusterDomain: clusterDomain(readFile('/etc/resolv.conf')),
    kubernetes,
    endpoint: endpointOf(env),
    manageCrds: flags.manageCrds,
  },
  systemRoots: systemRoots(readFile),
  issuer: new Issuer({ clock, keys: freshKeys(), random: octets => new Uint8Array(randomBytes(octets)) }),
})
