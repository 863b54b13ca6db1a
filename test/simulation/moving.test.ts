/** Calico moves from kube-system, where a manifest put it, to calico-system: one node after the other, and with the settings it had. */
import { describe, expect, test } from 'vitest'
import type { Installation } from '../../api/installation.ts'
import type { TigeraStatus } from '../../api/tigerastatus.ts'
import type { Offline } from '../../src/cli/offline.ts'
import { operatorUser } from '../../src/cli/offline.ts'
import type { DaemonSet, Node, Pod } from '../../src/kube/kinds.ts'
import { endpoint } from '../manifest-changes.ts'
import { manifestParts } from '../manifest-install.ts'
import { clusterFrom, installedByManifest, type Setting, stored, watching } from './moving-bed.ts'

const label = 'projectcalico.org/operator-node-migration'

/** The operator at work on it, as far as it comes. */
async function moving(setting?: Setting) {
  const cluster = clusterFrom(await installedByManifest(setting))
  const { seen, pods } = await watching(cluster)
  await cluster.start({ systemRoots: '' })
  return { cluster, seen, pods }
}

/** What is left of the manifest, and where calico-node runs. */
function endOf({ sandbox }: Offline) {
  const { collections } = sandbox.snapshot().store
  const keys = (resource: string) => [...(collections.get(resource)?.objects.keys() ?? [])]
  const nodes = [...(collections.get('nodes')?.objects.values() ?? [])] as Node[]
  const set = collections.get('daemonsets.apps')?.objects.get('calico-system/calico-node') as DaemonSet | undefined
  return {
    left: [...keys('daemonsets.apps'), ...keys('deployments.apps')].filter(key => key.startsWith('kube-system/calico')),
    labelled: nodes.filter(({ metadata }) => metadata.labels?.[label]).map(({ metadata }) => metadata.name),
    ready: set?.status?.numberReady,
    selector: set?.spec?.template.spec?.nodeSelector,
    handOver: keys('clusterroles.rbac.authorization.k8s.io').filter(key => key.includes('migration')),
  }
}

const whole = (ready: number) => ({ left: [], labelled: [], ready, selector: { 'kubernetes.io/os': 'linux' }, handOver: [] })

const labels = (cluster: Offline, ...names: string[]) => names.map(name => stored(cluster, 'nodes', name)?.metadata.labels?.[label])
const installation = (cluster: Offline) => stored(cluster, 'installations.operator.tigera.io', 'default') as Installation
const told = (cluster: Offline, type = 'Degraded') =>
  (stored(cluster, 'tigerastatuses.operator.tigera.io', 'calico') as TigeraStatus).status?.conditions?.find(each => each.type === type)
const patched = (cluster: Offline, spec: object) =>
  cluster.does(user => user.mergePatch({ apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default' }, { spec }))

describe('a manifest install', () => {
  test.each<{ what: string; setting: Setting; nodes: number; most: number }>([
    { what: 'with Typha moves node by node', setting: { nodes: [{ count: 5 }], change: withTypha(3) }, nodes: 5, most: 1 },
    {
      what: 'beside Windows nodes moves as many nodes at once as an update takes',
      setting: {
        nodes: [{ count: 4 }, { count: 1, os: 'windows' }],
        change: ({ node }) => void Object.assign(node.spec!.updateStrategy!.rollingUpdate!, { maxUnavailable: '50%' }),
      },
      nodes: 4,
      most: 2,
    },
    {
      what: 'of one node, with Typha, whose pods are replaced by hand moves, once the user says how they are to be',
      setting: {
        nodes: [{ count: 1 }],
        change(parts) {
          const { node, objects } = parts
          withTypha(1)(parts)
          node.spec!.updateStrategy = { type: 'OnDelete' }
          Object.assign(objects.find(({ kind }) => kind === 'Installation')!, { spec: { nodeUpdateStrategy: { type: 'RollingUpdate' } } })
        },
      },
      nodes: 1,
      most: 1,
    },
  ])('$what, and no node has both pods, or lacks one for longer than it must', { timeout: 60_000 }, async ({ setting, nodes, most }) => {
    const { cluster, seen } = await moving(setting)
    await cluster.rest()
    expect(endOf(cluster)).toEqual(whole(nodes))
    expect([...seen().twice]).toEqual([])
    expect(seen().without).toBeLessThanOrEqual(most)
    cluster.close()
  })

  test('leaves its settings to an operator that has never seen it, and whose user has the last word', { timeout: 60_000 }, async () => {
    const { cluster } = await moving({
      nodes: [{ count: 2 }],
      change: ({ set, config }) => {
        set('FELIX_REPORTINGINTERVAL', '90s')
        config.data.veth_mtu = '1430'
      },
    })
    await cluster.rest()
    const felix = () => Reflect.get(stored(cluster, 'felixconfigurations.crd.projectcalico.org', 'default')!, 'spec')
    const { spec, status } = installation(cluster)
    expect(spec).toEqual({})
    expect(status?.computed?.calicoNetwork).toMatchObject({
      mtu: 1430,
      bgp: 'Enabled',
      ipPools: [{ cidr: '10.48.0.0/16', encapsulation: 'IPIP' }],
    })
    expect(felix()).toMatchObject({ reportingInterval: '90s' })

    const before = cluster.sandbox.requests.all.length
    await cluster.start({ systemRoots: '' })
    await cluster.rest()
    const writes = cluster.sandbox.requests.all
      .slice(before)
      .filter(({ user, verb }) => user === operatorUser && !['get', 'list', 'watch'].includes(verb))
    expect(writes).toEqual([])

    await patched(cluster, { calicoNetwork: { mtu: 1400 } })
    await cluster.does(user =>
      user.mergePatch(
        { apiVersion: 'crd.projectcalico.org/v1', kind: 'FelixConfiguration', name: 'default' },
        { spec: { reportingInterval: '5s' } },
      ),
    )
    await cluster.rest()
    expect(installation(cluster).status?.computed?.calicoNetwork).toMatchObject({ mtu: 1400, bgp: 'Enabled' })
    expect(felix()).toMatchObject({ reportingInterval: '5s' })
    cluster.close()
  })

  test('with BPF by a variable goes on with BPF, and with what it knows of the API', { timeout: 60_000 }, async () => {
    const { cluster } = await moving({
      nodes: [{ count: 1 }],
      change(parts) {
        endpoint(parts)
        parts.set('FELIX_BPFENABLED', 'true')
      },
    })
    await cluster.rest()
    expect(endOf(cluster)).toEqual(whole(1))
    expect(stored(cluster, 'felixconfigurations.crd.projectcalico.org', 'default')).toMatchObject({
      metadata: { annotations: { 'operator.tigera.io/bpfEnabled': 'true' } },
      spec: { bpfEnabled: true },
    })
    const copy = stored(cluster, 'configmaps', 'tigera-operator/kubernetes-services-endpoint')
    expect(copy).toMatchObject({ data: { KUBERNETES_SERVICE_HOST: '10.0.0.9' } })
    // It is the user's from now on.
    expect(copy?.metadata.ownerReferences).toBeUndefined()
    expect(stored(cluster, 'configmaps', 'kube-system/kubernetes-services-endpoint')).toBeUndefined()
    cluster.close()
  })

  test('that cannot be taken over stays as it is until it is changed', { timeout: 60_000 }, async () => {
    const { cluster } = await moving({
      nodes: [{ count: 1 }],
      change: ({ set }) => {
        set('DATASTORE_TYPE', 'etcdv3')
        set('MY_OWN', 'x')
      },
    })
    await cluster.rest()
    expect(told(cluster)).toMatchObject({ status: 'True', reason: 'MigrationError' })
    for (const name of ['DATASTORE_TYPE', 'MY_OWN']) expect(told(cluster)?.message).toContain(`env[${name}]`)
    expect(endOf(cluster)).toMatchObject({ left: ['kube-system/calico-node', 'kube-system/calico-kube-controllers'], labelled: [] })
    expect(stored(cluster, 'namespaces', 'calico-system')).toBeUndefined()

    const { node } = manifestParts()
    const { spec } = node.spec!.template
    await cluster.does(user =>
      user.mergePatch(
        { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'calico-node', namespace: 'kube-system' },
        { spec: { template: { spec } } },
      ),
    )
    await cluster.rest()
    expect(endOf(cluster)).toEqual(whole(1))
    cluster.close()
  })

  test('stops where the new calico-node does not start, and goes on when it does', { timeout: 60_000 }, async () => {
    const { cluster, seen } = await moving()
    const repaired = cluster.life.fail({ namespace: 'calico-system', name: 'calico-node' }, 'CrashLoopBackOff')
    await cluster.time.pass(120_000)
    expect(labels(cluster, 'node-0', 'node-1', 'node-2')).toEqual(['migrated', 'pre-operator', 'pre-operator'])
    expect(told(cluster)?.message).toContain('CrashLoopBackOff')
    expect(seen().without).toBe(1)
    repaired()
    await cluster.rest()
    expect(endOf(cluster)).toEqual(whole(3))
    cluster.close()
  })

  test('moves without a node that does not answer, says so, and ends when that one is gone', { timeout: 60_000 }, async () => {
    const { cluster } = await moving()
    cluster.life.silence('node-1')
    await cluster.time.pass(120_000)
    expect(labels(cluster, 'node-0', 'node-1', 'node-2')).toEqual(['migrated', 'leaving', 'migrated'])
    expect(told(cluster)).toMatchObject({
      status: 'True',
      reason: 'ResourceMigrationError',
      message: expect.stringContaining('Node node-1'),
    })
    await cluster.does(user => user.delete({ apiVersion: 'v1', kind: 'Node', name: 'node-1' }))
    await cluster.rest()
    expect(endOf(cluster)).toEqual(whole(2))
    cluster.close()
  })

  test('moves with nodes that come and go meanwhile', { timeout: 60_000 }, async () => {
    const { cluster, seen } = await moving()
    const came = await cluster.time.run(() => labels(cluster, 'node-0').includes('leaving'), 60_000)
    await cluster.does(async user => {
      await user.create({ ...newNode, metadata: { name: 'node-9', labels: { 'kubernetes.io/os': 'linux' } } })
      await user.delete({ apiVersion: 'v1', kind: 'Node', name: 'node-2' })
    })
    await cluster.rest()
    expect([came, endOf(cluster), [...seen().twice]]).toEqual([true, whole(3), []])
    cluster.close()
  })

  test('without its calico-node leaves nothing behind, and no settings', { timeout: 60_000 }, async () => {
    const { cluster } = await moving({
      nodes: [{ count: 1 }],
      change({ objects, node, typha }) {
        objects.splice(objects.indexOf(node), 1)
        objects.push(typha)
      },
    })
    await cluster.rest()
    expect(endOf(cluster)).toEqual(whole(1))
    expect(installation(cluster).status?.computed?.componentResources).toBeUndefined()
    cluster.close()
  })

  test('that comes to a cluster with an operator brings nothing but what is taken away', { timeout: 60_000 }, async () => {
    const { cluster, pods } = await moving({ nodes: [{ count: 2 }] })
    await cluster.rest()
    const running = () => [...pods.all].filter(isNew).map(({ metadata: { uid } }) => uid)
    const [before, computed] = [running(), installation(cluster).status?.computed]
    await cluster.does(async user => {
      const { node, kubeControllers, config } = manifestParts()
      await user.mergePatch(
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'calico-config', namespace: 'kube-system' },
        { data: { ...config.data, veth_mtu: '1300' } },
      )
      for (const each of [node, kubeControllers]) await user.create(each)
    })
    await cluster.rest()
    expect(endOf(cluster)).toEqual(whole(2))
    expect(installation(cluster).status?.computed).toEqual(computed)
    expect(running()).toEqual(before)
    cluster.close()
  })
})

function withTypha(replicas: number): NonNullable<Setting['change']> {
  return ({ objects, typha }) => {
    typha.spec!.replicas = replicas
    objects.push(typha)
  }
}

const newNode = { apiVersion: 'v1', kind: 'Node', spec: {} }

const isNew = ({ metadata: { namespace, ownerReferences = [] } }: Pod): boolean =>
  namespace === 'calico-system' && ownerReferences.some(({ name }) => name === 'calico-node')
