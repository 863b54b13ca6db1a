/**
 * `npm run dev [-- FILE...]`: an installation on a cluster in memory, after each save anew, and how its objects differ from those of the run before.
 * Node's own `--watch` sees changes of the code; changes of the files are seen here.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, watch, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { TigeraStatus } from '../api/tigerastatus.ts'
import { differences, printed } from '../src/cli/diff.ts'
import { ground } from '../src/cli/ground.ts'
import { ManifestError, readManifests } from '../src/cli/manifests.ts'
import { Offline } from '../src/cli/offline.ts'
import { schemas } from '../src/cli/operator.ts'
import { manifests } from '../src/cli/rendered.ts'
import { painter } from '../src/cli/terminal.ts'
import { Written } from '../src/cli/written.ts'
import type { KubeObject } from '../src/kube/objects.ts'
import { knownKeys } from '../test/keys.ts'

const root = join(import.meta.dirname, '..')
const given = process.argv.slice(2).map(path => resolve(process.env.INIT_CWD ?? '.', path))
const paths = given.length > 0 ? given : [join(root, 'config', 'samples')]
const cache = join(root, 'node_modules', '.cache', 'dev')
const paint = painter(process.stdout, process.env)

interface Result {
  objects: KubeObject[]
  statuses: TigeraStatus[]
}

/** The same seed, time and keys each time: what differs comes from the code or the files. */
async function install(): Promise<Result> {
  const cluster = new Offline({ keys: knownKeys() })
  try {
    await cluster.furnish(ground('v3'))
    await cluster.addNodes([{ count: 5 }])
    await cluster.furnish(readManifests(paths, () => ''))
    const written: Written[] = []
    await cluster.start({ through: transport => (written[0] = new Written(transport)) })
    await cluster.rest()
    const statuses = (await cluster.does(user => user.list('operator.tigera.io/v1', 'tigerastatuses'))) as TigeraStatus[]
    return { objects: manifests(written[0]?.objects ?? [], new Map()), statuses }
  } finally {
    cluster.close()
  }
}

/** One file for each set of paths. */
const remembered = join(cache, `${createHash('sha256').update(paths.join('\n')).digest('hex').slice(0, 16)}.json`)

function before(): KubeObject[] | undefined {
  try {
    return JSON.parse(readFileSync(remembered, 'utf8'))
  } catch {
    return undefined
  }
}

function remember(objects: readonly KubeObject[]): void {
  mkdirSync(cache, { recursive: true })
  writeFileSync(remembered, JSON.stringify(objects))
}

function statusLine({ metadata: { name }, status }: TigeraStatus): string {
  const wrong = status?.conditions.find(({ type, status: is }) => type === 'Degraded' && is === 'True')
  if (wrong) return `  ${paint('red', '✖')} ${name}: ${wrong.message}`
  const available = status?.conditions.some(({ type, status: is }) => type === 'Available' && is === 'True')
  return available ? `  ${paint('green', '✔')} ${name}` : `  ${paint('yellow', '·')} ${name}: not available`
}

async function once(): Promise<void> {
  const began = performance.now()
  const { objects, statuses } = await install()
  const took = Math.round(performance.now() - began)
  const old = before()
  console.log(`\n${paint('bold', new Date().toLocaleTimeString())}  ${objects.length} objects in ${took} ms`)
  for (const status of statuses) console.log(statusLine(status))
  remember(objects)
  for (const line of old ? changes(old, objects) : ['The first run with these files: from now on differences are shown.'])
    console.log(`  ${line}`)
}

function changes(old: readonly KubeObject[], objects: readonly KubeObject[]): string[] {
  const list = differences(old, objects, schemas())
  if (list.length === 0) return [paint('dim', 'No object differs from the run before.')]
  return printed(list, { paint, width: (process.stdout.columns ?? 122) - 2 })
}

/** One run at a time, a moment after the last of several events; what is saved meanwhile is run once more. */
let running = Promise.resolve()
let soon: NodeJS.Timeout | undefined
function again(): void {
  clearTimeout(soon)
  soon = setTimeout(() => {
    running = running
      .then(once)
      .catch(error => console.error(paint('red', 'failed'), error instanceof ManifestError ? error.message : error))
  }, 50)
}

/** Editors put a new file in the place of the old one: that is seen from its folder alone. */
function follow(path: string): void {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  watch(isFolder ? path : dirname(path), (_, name) => {
    if (isFolder || name === basename(path)) again()
  })
}

again()
for (const path of paths) follow(path)
