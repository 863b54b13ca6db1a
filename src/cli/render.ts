/** `calico-operator render`: what the operator would make of given resources, by the same controllers on a cluster in memory. Touches no cluster. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Mode } from '../../api/index.ts'
import type { TigeraStatus } from '../../api/tigerastatus.ts'
import { freshKeys, type KeySource } from '../certificates/key-source.ts'
import { ApiError } from '../kube/errors.ts'
import { describe, type KubeObject, type ObjectMeta, refOf } from '../kube/objects.ts'
import { sentence } from '../reconcile/problems.ts'
import { problemsOf } from '../reconcile/runner.ts'
import { ground } from './ground.ts'
import { readManifests } from './manifests.ts'
import { lifeAmong, Offline } from './offline.ts'
import { type Form, manifests, print } from './rendered.ts'
import { Written } from './written.ts'

export interface RenderOptions {
  filename: string[]
  output: Form
  mode: Mode
  /** Simulated nodes, where none are given. */
  nodes: number
  provider?: string
}

interface Output {
  out(text: string): void
  err(text: string): void
}

/** 1 when something was refused or is degraded; what is wrong is on standard error, and what could be made is printed all the same. */
export async function render({ filename, output, mode, nodes, provider }: RenderOptions, { out, err }: Output): Promise<0 | 1> {
  const given = readManifests(filename, () => readFileSync(0, 'utf8')).map(object => withProvider(object, provider))
  const life = lifeAmong(given)
  const cluster = new Offline({ keys: early(freshKeys()), octets: count => randomBytes(count), start: Date.now(), life })
  try {
    await cluster.furnish(ground(mode))
    if (!given.some(({ kind }) => kind === 'Node')) await cluster.addNodes([{ count: nodes }])
    const uids = new Map<string, string | undefined>()
    const refused: string[] = []
    for (const object of given) {
      try {
        const created = await cluster.does(user => user.create(asNew(object)))
        uids.set(created.metadata.uid ?? '', object.metadata.uid)
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        refused.push(`${describe(refOf(object))}: ${error.body.message ?? error.reason}`)
      }
    }
    // Definitions among them come to be served, as they are where an operator starts.
    await cluster.time.pass(1_000)
    let written: Written | undefined
    const operator = await cluster.start({
      through: transport => {
        written = new Written(transport)
        return written
      },
    })
    await cluster.rest()
    print(manifests(written?.objects ?? [], uids), output, out)
    const complaints = [...refused, ...operator.reports.flatMap(problemsOf).map(sentence), ...(await degraded(cluster))]
    for (const complaint of new Set(complaints)) err(`error: ${complaint}\n`)
    return complaints.length === 0 ? 0 : 1
  } finally {
    cluster.close()
  }
}

/** Has the first keys made while the cluster is still being furnished. */
function early(keys: KeySource): KeySource {
  let first: ReturnType<KeySource['generate']> | undefined = keys.generate()
  // Where nobody needs a key, nobody hears that there could be none.
  first.catch(() => undefined)
  return {
    generate() {
      const key = first ?? keys.generate()
      first = undefined
      return key
    },
  }
}

function withProvider(object: KubeObject & { spec?: object }, provider: string | undefined): KubeObject {
  const isInstallation = object.kind === 'Installation' && object.metadata.name === 'default'
  return provider === undefined || !isInstallation
    ? object
    : ({ ...object, spec: { ...object.spec, kubernetesProvider: provider } } as KubeObject)
}

/** What came out of another cluster is created here as if for the first time, owned by nobody. */
function asNew(object: KubeObject): KubeObject {
  const { uid, resourceVersion, generation, creationTimestamp, managedFields, ownerReferences, deletionTimestamp, ...metadata } =
    object.metadata as ObjectMeta & { [field: string]: unknown }
  return { ...object, metadata: metadata as ObjectMeta }
}

async function degraded(cluster: Offline): Promise<string[]> {
  const statuses = (await cluster.does(user => user.list('operator.tigera.io/v1', 'tigerastatuses'))) as TigeraStatus[]
  return statuses.flatMap(({ metadata: { name }, status }) =>
    (status?.conditions ?? [])
      .filter(({ type, status: is }) => type === 'Degraded' && is === 'True')
      .map(({ reason, message }) => `${name} is degraded: ${message || reason}`),
  )
}
