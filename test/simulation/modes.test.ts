/** From Calico's aggregated API server to CRDs of projectcalico.org/v3, and back: across a restart, while data moves, and what is said when the API server goes. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { DatastoreMigration } from '../../api/datastore-migration.ts'
import { crds } from '../../api/index.ts'
import type { Offline } from '../../src/cli/offline.ts'
import { type KubeObject, type ObjectRef, refOf } from '../../src/kube/objects.ts'
import { differences } from './cluster.ts'
import { endOf } from './component-bed.ts'
import { bare, furnished, type Having, recorded } from './switching.ts'

async function working(having: Having, env: Record<string, string> = {}): Promise<Offline> {
  const cluster = bare(await furnished('v1', having))
  onTestFinished(() => cluster.close())
  return begun(cluster, env)
}

/** A new process, in the place of the one before. */
async function begun(cluster: Offline, env: Record<string, string> = {}): Promise<Offline> {
  await cluster.start({ systemRoots: '', manageCrds: false, env })
  await cluster.rest()
  return cluster
}

const having = recorded('default-v1crd')
const newer = crds('v3') as KubeObject[]
const serversOwn = newer.filter(({ metadata }) => metadata.name.endsWith('.projectcalico.org'))
const inNewer = { CALICO_API_GROUP: 'projectcalico.org/v3' }

const apps = (kind: string, name: string, namespace = 'calico-system'): ObjectRef => ({ apiVersion: 'apps/v1', kind, name, namespace })

/** As much of an object as is looked at here. */
interface Seen extends KubeObject {
  spec?: { service?: { name?: string }; template?: { spec?: { containers: { env?: object[] }[] } } }
  status?: object
}

const objectAt = (cluster: Offline, resource: string, place: string): Seen | undefined =>
  cluster.sandbox.snapshot().store.collections.get(resource)?.objects.get(place)

test('an operator that begins anew in the other mode leaves nothing of the aggregated API server', async () => {
  const cluster = await working(having)
  await cluster.furnish(serversOwn)
  const service = () => objectAt(cluster, 'apiservices.apiregistration.k8s.io', 'v3.projectcalico.org')?.spec?.service
  expect(service()?.name).toBe('calico-api')
  await begun(cluster, inNewer)
  const fresh = await working([...serversOwn, ...having], inNewer)
  // What was kept in the older store stays there; nobody looks at it any more.
  const seen = (end: Map<string, string>) => new Map([...end].filter(([place]) => !/^\w+\.crd\.projectcalico\.org /.test(place)))
  expect(differences(seen(endOf(fresh)), seen(endOf(cluster)))).toEqual([])
  expect(service()).toBeUndefined()
  const since = cluster.time.clock.now()
  await cluster.time.pass(600_000)
  expect(cluster.sandbox.requests.writes('operator').filter(({ time, resource }) => time > since && resource !== 'leases')).toEqual([])
})

describe('an operator that begins anew in the older mode', () => {
  const inOlder = { CALICO_API_GROUP: 'crd.projectcalico.org/v1' }
  const older = (crds('v1') as (KubeObject & { spec: { group: string } })[]).filter(({ spec }) => spec.group === 'crd.projectcalico.org')
  const group = (object: KubeObject & { spec?: { group?: string } }) => object.spec?.group
  const itsCrds = newer.filter(object => group(object) === 'projectcalico.org')

  async function back(): Promise<Offline> {
    const cluster = bare(await furnished('v3', recorded('default-v3crd')))
    onTestFinished(() => cluster.close())
    await begun(cluster)
    cluster.stop()
    await cluster.furnish(older)
    // Which mode it is, is decided once, by what is served then.
    await cluster.time.pass(10_000)
    return cluster
  }

  test('leaves nothing of webhooks, and makes what was kept in the CRDs that are gone', async () => {
    const cluster = await back()
    await cluster.does(user => Promise.all(itsCrds.map(crd => user.delete(refOf(crd)))))
    await begun(cluster)
    const fresh = await working(recorded('default-v3crd'))
    expect(differences(endOf(fresh), endOf(cluster))).toEqual([])
  })

  test('beside CRDs that only the API server answers for says so, fights nobody, and has pools where calico-node looks', async () => {
    const cluster = await begun(await back(), inOlder)
    expect(JSON.stringify(objectAt(cluster, 'tigerastatuses.operator.tigera.io', 'apiserver')?.status)).toContain(
      'Delete the CRDs of projectcalico.org, or have the operator use them',
    )
    expect(objectAt(cluster, 'ippools.crd.projectcalico.org', 'default-ipv4-ippool')).toBeDefined()
    const writes = () => cluster.sandbox.requests.writes('operator').length
    const before = writes()
    await cluster.time.pass(600_000)
    expect(writes()).toBe(before)
    await cluster.does(user => Promise.all(itsCrds.map(crd => user.delete(refOf(crd)))))
    await cluster.rest()
    expect(JSON.stringify(objectAt(cluster, 'tigerastatuses.operator.tigera.io', 'apiserver')?.status)).toContain('All objects available')
  })
})

test('an operator that began before the CRDs of either group says that it has to begin anew, when those of the other come', async () => {
  const cluster = bare(await furnished('v3', recorded('default-v3crd')))
  onTestFinished(() => cluster.close())
  await cluster.does(user => Promise.all(serversOwn.map(crd => user.delete(refOf(crd)))))
  const said = () => JSON.stringify(objectAt(cluster, 'tigerastatuses.operator.tigera.io', 'calico')?.status)
  await cluster.time.pass(10_000)
  await begun(cluster)
  expect(said()).not.toContain('Restart the operator')
  await cluster.furnish(serversOwn)
  await cluster.rest()
  expect(said()).toContain('which is not served; projectcalico.org is. Restart the operator')
  await begun(cluster)
  expect(said()).toContain('All objects available')
})

test('without its API server the older mode says what it waits for, once the last of its pods has gone', async () => {
  const cluster = await working(having)
  const said = () => JSON.stringify(objectAt(cluster, 'tigerastatuses.operator.tigera.io', 'tiers')?.status)
  expect(said()).toContain('All objects available')
  await cluster.does(user => user.delete({ apiVersion: 'operator.tigera.io/v1', kind: 'APIServer', name: 'default' }))
  await cluster.rest()
  expect(said()).toContain('Waiting for Tigera API server to be ready')
  expect(objectAt(cluster, 'tigerastatuses.operator.tigera.io', 'apiserver')).toBeUndefined()
  expect(JSON.stringify(objectAt(cluster, 'tigerastatuses.operator.tigera.io', 'calico')?.status)).toContain('All objects available')
  await cluster.furnish(having.filter(({ kind }) => kind === 'APIServer'))
  await cluster.rest()
  expect(said()).toContain('All objects available')
})

describe('while data moves to the newer store', () => {
  const ref: ObjectRef = { apiVersion: DatastoreMigration.apiVersion, kind: DatastoreMigration.kind, name: 'v1-to-v3' }
  const migration = { ...{ apiVersion: ref.apiVersion, kind: ref.kind }, metadata: { name: ref.name }, spec: { type: 'APIServerToCRDs' } }
  const operatorPlace = 'tigera-operator/tigera-operator'
  const envOf = (cluster: Offline) =>
    objectAt(cluster, 'deployments.apps', operatorPlace)?.spec?.template?.spec?.containers.map(({ env }) => env)

  async function moving(phase: string): Promise<Offline> {
    const cluster = await working(having)
    await cluster.furnish([DatastoreMigration.crd() as KubeObject, ...serversOwn, { ...migration, status: { phase } } as KubeObject])
    await cluster.rest()
    return cluster
  }

  test('nothing of the API server is touched, and it says why', async () => {
    const cluster = await moving('Migrating')
    await cluster.does(user => user.delete(apps('Deployment', 'calico-apiserver')))
    await cluster.rest()
    expect(objectAt(cluster, 'deployments.apps', 'calico-system/calico-apiserver')).toBeUndefined()
    expect(objectAt(cluster, 'services', 'calico-system/calico-api')).toBeDefined()
    expect(JSON.stringify(objectAt(cluster, 'tigerastatuses.operator.tigera.io', 'apiserver')?.status)).toContain(
      'DatastoreMigration v1-to-v3 moves data: until it is done nothing of the API server is changed',
    )
    await cluster.does(user => user.delete(ref))
    await cluster.rest()
    expect(objectAt(cluster, 'deployments.apps', 'calico-system/calico-apiserver')).toBeDefined()
    expect(envOf(cluster)).toEqual([undefined])
  })

  test('the operator is started anew in the other mode when all has moved, and finds the rest by itself', async () => {
    const cluster = await moving('Converged')
    expect(envOf(cluster)).toEqual([[{ name: 'CALICO_API_GROUP', value: 'projectcalico.org/v3' }]])
    expect(objectAt(cluster, 'deployments.apps', 'calico-system/calico-apiserver')).toBeDefined()
    // Without the variable, too: the migration tells.
    await begun(cluster)
    expect(objectAt(cluster, 'deployments.apps', 'calico-system/calico-apiserver')).toBeUndefined()
    expect(objectAt(cluster, 'deployments.apps', 'calico-system/calico-webhooks')).toBeDefined()
    expect(envOf(cluster)).toEqual([[{ name: 'CALICO_API_GROUP', value: 'projectcalico.org/v3' }]])
  })

  test('a mode that somebody has fixed is told, and left', async () => {
    const cluster = await working(having)
    const env = [{ name: 'CALICO_API_GROUP', value: 'crd.projectcalico.org/v1' }]
    const container = { name: 'tigera-operator', image: 'quay.io/calico/operator', env }
    await cluster.does(user =>
      user.mergePatch(apps('Deployment', 'tigera-operator', 'tigera-operator'), {
        spec: { template: { spec: { containers: [container] } } },
      }),
    )
    await cluster.furnish([DatastoreMigration.crd() as KubeObject, { ...migration, status: { phase: 'Converged' } } as KubeObject])
    await cluster.rest()
    expect(envOf(cluster)).toEqual([env])
    expect(JSON.stringify(objectAt(cluster, 'tigerastatuses.operator.tigera.io', 'apiserver')?.status)).toContain(
      'the operator would go on with the store that is no longer used',
    )
  })
})

describe('the API server of a manifest', () => {
  const home = 'calico-apiserver'
  const labels = { apiserver: 'true' }
  const workload = (name: string): KubeObject =>
    ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: home },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name, image: 'x' }] } } },
    }) as KubeObject
  const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: home } }
  const account: KubeObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: home, namespace: home } }

  test('goes with its namespace once ours answers', async () => {
    const cluster = await working([namespace, account, workload(home), ...having])
    expect(objectAt(cluster, 'namespaces', home)).toBeUndefined()
    const done = cluster.sandbox.requests.writes('operator').map(({ verb, resource, name }) => `${verb} ${resource} ${name}`)
    expect(done.indexOf('delete namespaces calico-apiserver')).toBeGreaterThan(done.indexOf('patch deployments calico-apiserver'))
  })

  test('goes alone where something else runs beside it', async () => {
    const cluster = await working([namespace, account, workload(home), workload('theirs'), ...having])
    expect(objectAt(cluster, 'deployments.apps', `${home}/${home}`)).toBeUndefined()
    expect(objectAt(cluster, 'serviceaccounts', `${home}/${home}`)).toBeUndefined()
    expect(objectAt(cluster, 'deployments.apps', `${home}/theirs`)).toBeDefined()
  })

  test('is not what happens to be in a namespace of that name', async () => {
    const cluster = await working([namespace, account, workload('theirs'), ...having])
    for (const [resource, place] of [
      ['namespaces', home],
      ['serviceaccounts', `${home}/${home}`],
      ['deployments.apps', `${home}/theirs`],
    ] as const)
      expect(objectAt(cluster, resource, place)).toBeDefined()
  })
})
