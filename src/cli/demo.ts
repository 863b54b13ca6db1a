/** `calico-operator demo`: an installation on a cluster in this process, shown as it comes about. Touches no real cluster. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { calicoVersion } from '../installation/images.ts'
import { pause, systemClock } from '../kube/clock.ts'
import { ApiError } from '../kube/errors.ts'
import { describe, type KubeObject, refOf } from '../kube/objects.ts'
import { sentence } from '../reconcile/problems.ts'
import { problemsOf } from '../reconcile/runner.ts'
import { DemoCluster, operatorUser, type Pace } from './demo-cluster.ts'
import { watchScene } from './demo-scene.ts'
import { summary } from './demo-summary.ts'
import type { Variables } from './environment.ts'
import { ManifestError, readManifests } from './manifests.ts'
import type { Operator } from './operator.ts'
import { frame, news, type Scene, seconds } from './progress.ts'
import { type Output, type Paint, painter, Screen, wrapped } from './terminal.ts'

export interface DemoOptions {
  filename?: string[]
  keep: boolean
  nodes: number
  /** Nothing takes longer than it has to. */
  fast: boolean
}

const clock = systemClock
const lively: Pace = { joinMs: 250, stepMs: 30, startMs: 500 }
const atOnce: Pace = { joinMs: 0, stepMs: 0, startMs: 0 }

const times = {
  /** Between two frames. */
  frameMs: 80,
  /** Without a change for so long, everything available: it is over. */
  quietMs: 250,
  longestMs: 60_000,
}

/** Everything that a moment of the demo needs. */
interface Stage {
  /** Milliseconds without a change after which what is not available is not going to be. */
  patience: number
  cluster: DemoCluster
  operator: Operator
  scene: () => Scene
  screen: Screen
  paint: Paint
  began: number
  /** Aborted by Ctrl-C. */
  stop: AbortSignal
}

/** 0 when everything became available. */
export async function demo(options: DemoOptions, env: Variables, output: Output = process.stdout): Promise<0 | 1> {
  const inputs = readInputs(options.filename, env)
  const paint = painter(output, env)
  const screen = new Screen(output)
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt)
  const began = clock.now()
  screen.say(['', `  ${paint('bold', `Calico ${calicoVersion}`)} on a simulated cluster of ${options.nodes} nodes; nothing here is real`])
  const cluster = await DemoCluster.start(options.fast ? atOnce : lively)
  try {
    if (!(await created(cluster, inputs, { screen, paint }))) return 1
    const operator = cluster.operate({})
    const stage: Stage = {
      patience: options.fast ? 1_000 : 3_000,
      cluster,
      operator,
      scene: await watchScene(cluster.look(), () => operator.reports),
      screen,
      paint,
      began,
      stop: interrupted.signal,
    }
    const joined = cluster.join(options.nodes, interrupted.signal)
    const isGood = await play(stage)
    await joined
    conclude(stage, isGood)
    if (isGood && !options.keep) screen.say([`  ${paint('dim', 'With --keep it stays, for kubectl to look around in.')}`, ''])
    if (options.keep && !interrupted.signal.aborted) {
      const { keep } = await import('./demo-keep.ts')
      await keep({ ...stage, sandbox: cluster.sandbox, clock, env })
    }
    return isGood ? 0 : 1
  } finally {
    screen.clear()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt)
    await cluster.close()
  }
}

const samples = join(import.meta.dirname, '..', '..', 'config', 'samples')

/** npm runs scripts in the project's folder; paths are meant from where the user is. */
function readInputs(files: readonly string[] | undefined, env: Variables): KubeObject[] {
  if (!files && !existsSync(samples)) throw new ManifestError(`${samples} does not exist: say with -f which resources to create`)
  const paths = files?.map(path => (path === '-' ? path : resolve(env.INIT_CWD ?? '.', path))) ?? [samples]
  return readManifests(paths, () => readFileSync(0, 'utf8'))
}

/** False when the server refused one; it has been told then. */
async function created(
  cluster: DemoCluster,
  inputs: readonly KubeObject[],
  { screen, paint }: Pick<Stage, 'screen' | 'paint'>,
): Promise<boolean> {
  for (const object of inputs) {
    try {
      await cluster.user.create(asApplied(object))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      screen.say(['', `  ${paint('red', '✖')} ${describe(refOf(object))} is refused: ${error.body.message ?? error.reason}`, ''])
      return false
    }
  }
  screen.say([`  ${paint('dim', inputs.map(object => describe(refOf(object))).join(', '))}`])
  return true
}

/** As kubectl would have created it, so that it can be applied again. https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/ */
function asApplied(object: KubeObject): KubeObject {
  const annotations = { ...object.metadata.annotations, 'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(object)}\n` }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/** Shows what happens until all is good, or nothing happens any more. */
async function play(stage: Stage): Promise<boolean> {
  const { screen, paint, stop, began } = stage
  let before: Scene | undefined
  let changed = clock.now()
  for (let beat = 0; !stop.aborted; beat++) {
    const now = stage.scene()
    const lines = news(before, now)
    if (lines.length > 0) changed = clock.now()
    if (!screen.live && lines.length > 0) screen.say(lines.map(line => `  ${seconds(clock.now() - began).padStart(6)}  ${line}`))
    screen.draw([...frame(now, { width: screen.width, paint, beat }), `  ${paint('dim', seconds(clock.now() - began))}`])
    before = now
    if (isGood(now) && clock.now() - changed >= times.quietMs) return true
    if (clock.now() - changed > stage.patience && stage.operator.resting) return false
    if (clock.now() - began > times.longestMs) return false
    await pause(clock, times.frameMs, stop).catch(() => undefined)
  }
  return false
}

/** Every status that there will be is there and good, every node and pod is ready. */
function isGood({ nodes, statuses, workloads }: Scene): boolean {
  const isWhole = ({ ready, wanted }: { ready: number; wanted: number }) => ready >= wanted && wanted > 0
  return statuses.length > 0 && statuses.every(({ state }) => state === 'available') && [nodes, ...workloads].every(isWhole)
}

function conclude(stage: Stage, isGood: boolean): void {
  const { cluster, screen, paint, began, stop } = stage
  const now = stage.scene()
  const { width } = screen
  const took = seconds(clock.now() - began)
  if (screen.live) screen.say(frame(now, { width, paint, beat: 0 }))
  else screen.say([''])
  if (isGood) {
    const requests = cluster.sandbox.requests.all.filter(({ user }) => user === operatorUser)
    screen.say([`  ${paint('green', `Everything is available after ${took}.`)}`, '', ...summary(requests, now, { paint, width }), ''])
    return
  }
  screen.say([`  ${paint('red', stop.aborted ? 'Interrupted.' : `Not everything is available after ${took}.`)}`, ''])
  const problems = stage.operator.reports.flatMap(problemsOf).map(sentence)
  for (const problem of new Set(problems))
    screen.say(wrapped(problem, width - 4).map((line, index) => `  ${index === 0 ? paint('red', '✖') : ' '} ${line}`))
  screen.say([''])
}
