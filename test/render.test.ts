/**
 * Whether the core comes out as it was recorded, scenario by scenario, without a server: decided and rendered once, over the objects that were there in the end.
 * Exact order is looked at in takeover.test.ts; here by the comparison of compare.py, which more scenarios allow.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { readAuthority } from '../src/certificates/trust.ts'
import { calico } from '../src/controllers/calico.ts'
import type { Surroundings } from '../src/controllers/surroundings.ts'
import { isMap } from '../src/kube/fieldset.ts'
import { type KubeObject, keyOf, refOf } from '../src/kube/objects.ts'
import { surroundingsOf } from './surroundings.ts'
import { recordedClusters } from './takeover/clusters.ts'

const parity = join(import.meta.dirname, 'parity')
const scenarios = join(parity, 'scenarios')

interface Scenario {
  apiMode: 'v1crd' | 'v3crd'
  nodes: { count: number; labels?: Record<string, string>; providerID?: string; os?: string }[]
  cluster?: { families?: string[]; apiserverArgs?: string[] }
  steps?: unknown[]
  cases?: unknown[]
}
interface Recorded {
  objects: KubeObject[]
  inputs?: KubeObject[]
}

const json = <T>(name: string, file: string): T => JSON.parse(readFileSync(join(scenarios, name, file), 'utf8'))
const inputsOf = (name: string): KubeObject[] =>
  parseAllDocuments(readFileSync(join(scenarios, name, 'input.yaml'), 'utf8')).map(document => document.toJS() as KubeObject)

/** Such an install is first converted, which is not the work of rendering. */
const isManifestInstall = ({ kind, metadata }: KubeObject) => kind === 'DaemonSet' && metadata.name === 'calico-node'

/** Those in which the recorded operator became content by itself, and in which no API server changed what it wrote. */
const names = readdirSync(scenarios).filter(name => {
  if (!existsSync(join(scenarios, name, 'status.json'))) return false
  const { steps = [], cases, cluster } = json<Scenario>(name, 'scenario.json')
  const { tigerastatuses } = json<{ tigerastatuses?: Record<string, { type: string; status: string }[]> }>(name, 'status.json')
  const content = tigerastatuses?.calico?.some(({ type, status }) => type === 'Available' && status === 'True')
  return content && !cases && steps.length === 0 && !cluster?.apiserverArgs && !inputsOf(name).some(isManifestInstall)
})

const ownedByInstallation = ({ metadata }: KubeObject) => metadata.ownerReferences?.some(({ kind }) => kind === 'Installation') === true
/** Of other controllers, or not made yet. */
const otherwise = ({ kind, metadata: { name } }: KubeObject) =>
  /AdmissionPolicy/.test(kind) || /tigera-ca-private|tigera-csr-creator|windows|aws-security-group-setup/.test(name)

/** What was there when the recorded operator had come to rest: what the user made, and what the controllers of pools, tiers and Goldmane did. */
function clusterOf(name: string, { objects, inputs = [] }: Recorded): KubeObject[] {
  const made = objects.filter(({ kind }) => ['IPPool', 'FelixConfiguration', 'BGPConfiguration', 'Tier'].includes(kind))
  const goldmane = objects.filter(({ kind, metadata }) => kind === 'Service' && metadata.name === 'goldmane')
  const asked = inputsOf(name)
  const changed = inputs.filter(({ kind }) => kind !== 'Installation')
  const all = [...asked, ...changed, ...made, ...goldmane.map(withAddress), ...nodesOf(json(name, 'scenario.json')), operator]
  return [
    ...new Map(
      all.map(object => [keyOf(refOf(object)), { ...object, metadata: { uid: keyOf(refOf(object)), ...object.metadata } }]),
    ).values(),
  ]
}

const withAddress = (service: KubeObject): KubeObject => ({ ...service, ...{ spec: { clusterIP: '10.96.0.77' } } })

const nodesOf = ({ nodes }: Scenario): KubeObject[] =>
  nodes.flatMap(({ count, labels, providerID = '', os = 'linux' }) =>
    Array.from({ length: count }, (_, index) => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: `${os}-${index}`, labels: { 'kubernetes.io/os': os, ...labels } },
      spec: { providerID: providerID.replace('{i}', String(index)) },
    })),
  )

const operator: KubeObject & { spec: object } = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'tigera-operator', namespace: 'tigera-operator' },
  spec: { template: { spec: { dnsPolicy: 'ClusterFirstWithHostNet', containers: [] } } },
}

async function rendered(name: string): Promise<KubeObject[]> {
  const scenario = json<Scenario>(name, 'scenario.json')
  const cluster = clusterOf(name, json(name, 'expected.json'))
  const { reader, surroundings } = surroundingsOf(cluster, {
    host: scenario.cluster?.families?.[0] === 'IPv6' ? 'fd00:96::1' : '10.96.0.1',
  })
  const process: Surroundings = {
    ...surroundings,
    environment: { ...surroundings.environment, v3: scenario.apiMode === 'v3crd' },
    systemRoots: recordedRoots(),
  }
  const { object: authority } = await readAuthority(reader, process.issuer, { operatorNamespace: 'tigera-operator', create: true })
  const controller = calico(process)
  const found = await controller.read(surroundingsOf(authority ? [...cluster, authority] : cluster).reader)
  const { objects = [] } = controller.desired(found!)
  return objects.filter(one => 'kind' in one || !one.part).map(one => ('kind' in one ? one : one.object))
}

const recordedRoots = (): string => {
  const bundle = recordedClusters()
    .get('default-v3crd')!
    .find(({ metadata }) => metadata.name === 'tigera-ca-bundle')
  return bundle && 'data' in bundle && isMap(bundle.data) ? String(bundle.data['ca-bundle.crt']) : ''
}

/** Compares all pairs in one process of Python, and prints what differs as JSON. */
const comparison = `
import contextlib, io, json, sys
sys.path.insert(0, sys.argv[1])
import compare
for name in sys.argv[3:]:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        compare.main([f'{sys.argv[2]}/{name}.expected.json', f'{sys.argv[2]}/{name}.json', '--ignore', f'{sys.argv[1]}/deviations.txt', '--show', '40'])
    print(json.dumps([name, text.getvalue()]))
`

const reports = new Map<string, string>()
const directory = mkdtempSync(join(tmpdir(), 'render-'))

beforeAll(async () => {
  for (const name of names) {
    const expected = json<Recorded>(name, 'expected.json').objects.filter(object => ownedByInstallation(object) && !otherwise(object))
    writeFileSync(join(directory, `${name}.expected.json`), JSON.stringify(expected))
    writeFileSync(join(directory, `${name}.json`), JSON.stringify(await rendered(name)))
  }
  const { stdout, stderr } = spawnSync('python3', ['-c', comparison, parity, directory, ...names], { encoding: 'utf8', maxBuffer: 2 ** 26 })
  expect(stderr).toBe('')
  for (const line of stdout.trim().split('\n')) {
    const [name, report] = JSON.parse(line)
    reports.set(name, report)
  }
}, 60_000)
afterAll(() => rmSync(directory, { recursive: true }))

test.each(names)('%s: every object and field as recorded', name => {
  const [, equal, all] = /objects equal (\d+) of (\d+)/.exec(reports.get(name)!)!
  expect(equal, reports.get(name)).toBe(all)
  expect(Number(all)).toBeGreaterThanOrEqual(28)
})

test('there are scenarios to compare with', () => {
  expect(names.length).toBeGreaterThan(40)
})
