import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { Installation } from '../../api/installation.ts'
import { readerOf } from '../../test/reader.ts'
import type { Node } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/objects.ts'
import { computed } from './computed.ts'
import type { Asked, Environment } from './facts.ts'
import { calicoKinds } from './kinds.ts'
import { ownershipLabel, toIPPoolSpec } from './pools/convert.ts'
import { readFacts } from './read.ts'
import { resolve } from './resolve.ts'

const scenarios = join(import.meta.dirname, '../../test/parity/scenarios')

interface Scenario {
  apiMode: 'v1crd' | 'v3crd'
  nodes: { count: number; labels?: Record<string, string>; providerID?: string; os?: string }[]
}

/** What was published of the Installation when the recorded operator had come to rest. Undefined where it published nothing. */
function published(name: string): object | undefined {
  const file = join(scenarios, name, 'status.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).statuses?.['Installation//default']?.computed : undefined
}

const inputOf = (name: string): KubeObject[] =>
  parseAllDocuments(readFileSync(join(scenarios, name, 'input.yaml'), 'utf8')).map(document => document.toJS() as KubeObject)

const nodesOf = ({ nodes }: Scenario): Node[] =>
  nodes.flatMap(({ count, labels, providerID, os = 'linux' }) =>
    Array.from({ length: count }, (_, index) => ({
      apiVersion: 'v1' as const,
      kind: 'Node' as const,
      metadata: { name: `${os}-${index}`, labels: { 'kubernetes.io/os': os, ...labels } },
      spec: { ...(providerID && { providerID: providerID.replace('{i}', String(index)) }) },
    })),
  )

/** A workload of manifests is converted before anything is decided, and that is not this folder's work. */
const isManifestInstall = (objects: readonly KubeObject[]): boolean =>
  objects.some(({ kind, metadata }) => kind === 'DaemonSet' && metadata.name === 'calico-node' && metadata.namespace === 'kube-system')

const isInstallation = (object: KubeObject | undefined): object is Installation & KubeObject => object?.kind === 'Installation'

const environmentOf = ({ apiMode }: Scenario): Environment => ({
  operator: { namespace: 'tigera-operator', name: 'tigera-operator', serviceAccount: 'tigera-operator' },
  v3: apiMode === 'v3crd',
  clusterDomain: 'cluster.local',
  manageCrds: true,
  kubernetes: { major: 1, minor: 35 },
  endpoint: { host: '10.96.0.1', port: '443' },
})

/** Decides, makes the pools, and decides again with them, as an operator does. Returns what is published then. */
async function decidedIn(name: string): Promise<object> {
  const scenario: Scenario = JSON.parse(readFileSync(join(scenarios, name, 'scenario.json'), 'utf8'))
  const objects: KubeObject[] = [...inputOf(name), ...nodesOf(scenario)]
  const installations = objects.filter(isInstallation)
  const base = installations.find(({ metadata }) => metadata.name === 'default')
  const overlay = installations.find(({ metadata }) => metadata.name === 'overlay')
  const asked: Asked = { base: base!, ...(overlay && { overlay }) }
  const environment = environmentOf(scenario)
  const { ipPool } = calicoKinds(environment.v3)

  const first = resolve(asked, await readFacts(readerOf(objects), environment, asked))
  if ('problems' in first) return first
  const made = (first.pools.pools ?? []).map((pool): KubeObject & { spec: unknown } => ({
    apiVersion: ipPool.apiVersion,
    kind: ipPool.kind,
    metadata: { name: pool.name!, labels: ownershipLabel },
    spec: toIPPoolSpec(pool),
  }))
  const second = resolve(asked, await readFacts(readerOf([...objects, ...made]), environment, asked))
  return 'problems' in second ? second : { pools: second.pools.problems, computed: computed(second.calico.spec) }
}

/** Recorded values have no defaults of the CRD, no order where it means nothing, and words for certificates (the corpus's own README says so). */
function normalised(value: unknown, field = ''): unknown {
  if (field === 'caCert') return '<certificate>'
  if (Array.isArray(value)) {
    const items = value.map(item => normalised(item))
    return ordered.has(field) ? items : items.map(item => JSON.stringify(item)).sort()
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .map(([name, inner]) => [name, normalised(inner, name)] as const)
    .filter(([name, inner]) => !isDefault(name, inner) && !isEmpty(inner))
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)))
}

const ordered = new Set(['ipPools', 'cidrs', 'sysctl', 'tlsCipherSuites', 'serviceCIDRs', 'allowedUses', 'componentResources'])
const isDefault = (name: string, value: unknown): boolean =>
  (name === 'disableBGPExport' && value === false) || (name === 'policyMode' && value === 'Default')
const isEmpty = (value: unknown): boolean =>
  value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

const recorded = readdirSync(scenarios).filter(name => published(name) && !isManifestInstall(inputOf(name)))

describe('the published specification is what the reference publishes', () => {
  test('in all recorded clusters that publish one', () => {
    expect(recorded.length).toBe(53)
  })

  test.each(recorded)('%s', async name => {
    expect(normalised(await decidedIn(name))).toEqual(normalised({ computed: published(name) }))
  })
})

describe('what is published', () => {
  test('has quantities in one spelling', () => {
    const resources = { requests: { cpu: '1000m', memory: '0.5Gi' } }
    expect(computed({ componentResources: [{ componentName: 'Node', resourceRequirements: resources }] })).toEqual({
      componentResources: [{ componentName: 'Node', resourceRequirements: { requests: { cpu: '1', memory: '512Mi' } } }],
    })
  })

  test('has no field that the schema does not know', () => {
    expect(computed({ calicoNetwork: { mtu: 1400, future: true } as object })).toEqual({ calicoNetwork: { mtu: 1400 } })
  })

  test('has no empty text, list or map, but keeps empty objects, zeros and the empty values of labels', () => {
    const spec = {
      registry: '',
      serviceCIDRs: [],
      controlPlaneNodeSelector: {},
      nodeUpdateStrategy: {},
      nodeMetricsPort: 0,
      calicoNetwork: { ipPools: [], nodeAddressAutodetectionV4: { firstFound: false } },
    }
    expect(computed(spec)).toEqual({
      nodeUpdateStrategy: {},
      nodeMetricsPort: 0,
      calicoNetwork: { nodeAddressAutodetectionV4: { firstFound: false } },
    })
    expect(computed({ controlPlaneNodeSelector: { 'node-role.kubernetes.io/control-plane': '' } })).toEqual({
      controlPlaneNodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
    })
  })

  test('leaves the number of pods of an update as it is written', () => {
    const nodeUpdateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '20%' } }
    expect(computed({ nodeUpdateStrategy })).toEqual({ nodeUpdateStrategy })
  })
})
