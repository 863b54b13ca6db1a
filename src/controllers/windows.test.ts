import { expect, test } from 'vitest'
import type { InstallationSpec } from '../../api/installation.ts'
import { surroundingsOf } from '../../test/surroundings.ts'
import { recordedClusters } from '../../test/takeover/clusters.ts'
import type { KubeObject } from '../kube/objects.ts'
import type { Outcome, Wanted } from '../reconcile/controller.ts'
import { Invalid } from '../reconcile/problems.ts'
import { windows } from './windows.ts'

/** A cluster in which all is well, to take from and to change. */
const cluster = recordedClusters().get('windows-rendered')!

const is = (kind: string, name: string) => (object: KubeObject) => object.kind === kind && object.metadata.name === name
const without = (...gone: ((object: KubeObject) => boolean)[]) => cluster.filter(object => !gone.some(of => of(object)))
const changed = (of: (object: KubeObject) => boolean, change: (object: KubeObject) => object) =>
  cluster.map(object => (of(object) ? ({ ...object, ...change(object) } as KubeObject) : object))
const installation = is('Installation', 'default')
const asking = (change: (spec: InstallationSpec) => InstallationSpec) =>
  changed(installation, object => ({ spec: change((object as { spec?: InstallationSpec }).spec ?? {}) }))
const inNetwork = (network: InstallationSpec['calicoNetwork']) =>
  asking(spec => ({ ...spec, calicoNetwork: { ...spec.calicoNetwork, ...network } }))

async function run(objects: readonly KubeObject[]): Promise<Outcome | undefined> {
  const { reader, surroundings } = surroundingsOf(objects)
  const controller = windows(surroundings)
  const found = await controller.read(reader)
  return found === undefined ? undefined : controller.desired(found)
}

const made = ({ objects = [] }: Outcome = {}) => objects.map(each => ('kind' in each ? each : each.object).metadata.name)
const told = ({ problems = [] }: Outcome = {}) =>
  problems.map(({ object, path }) => [object?.kind, object?.name, ...(path ? [path] : [])].join(' '))

test('Windows nodes get theirs when all they need is there', async () => {
  const outcome = await run(cluster)
  expect(told(outcome)).toEqual([])
  expect(made(outcome)).toEqual(['cni-config-windows', 'calico-node-windows'])
})

test('their pods start after what all nodes share', async () => {
  const { objects = [] } = (await run(cluster))!
  const { after = [] } = objects.find((each): each is Wanted => 'object' in each)!
  expect(after.map(({ ref: { kind, name, namespace }, is: state }) => `${kind} ${namespace}/${name} ${state}`)).toEqual([
    'ServiceAccount calico-system/calico-node present',
    'ConfigMap calico-system/tigera-ca-bundle present',
    'Secret calico-system/node-certs present',
  ])
})

test('nobody is served who does not want it, once what was made is gone', async () => {
  expect(await run(without(installation))).toBeUndefined()
  const unwanted = inNetwork({ windowsDataplane: 'Disabled' })
  expect(await run(unwanted)).toEqual({})
  const ours = is('DaemonSet', 'calico-node-windows')
  expect(await run(unwanted.filter(object => !ours(object)))).toBeUndefined()
  const others = unwanted.map(object => (ours(object) ? { ...object, metadata: { ...object.metadata, ownerReferences: [] } } : object))
  expect(await run(others)).toBeUndefined()
})

test('the overlay has the last word, and says all of it', async () => {
  const base = asking(({ windowsNodes: _, ...spec }) => ({
    ...spec,
    calicoNetwork: { ...spec.calicoNetwork, windowsDataplane: 'Disabled' },
  }))
  const withOverlay = (spec: InstallationSpec) => {
    const overlay = {
      ...base.find(installation)!,
      metadata: { name: 'overlay' },
      spec: { calicoNetwork: { windowsDataplane: 'HNS' }, ...spec },
    }
    return run([...base, overlay])
  }
  const windowsNodes = { cniBinDir: '/bin', cniConfigDir: '/etc', cniLogDir: '/log' }
  expect(made(await withOverlay({ windowsNodes }))).toContain('calico-node-windows')
  expect(told(await withOverlay({}))).toEqual(['Installation default spec.windowsNodes'])
})

test('everything that is missing is told at once, and what runs goes on', async () => {
  const outcome = await run(
    without(
      is('ConfigMap', 'kubernetes-services-endpoint'),
      is('IPAMConfiguration', 'default'),
      is('Service', 'kube-dns'),
      is('Secret', 'node-certs'),
    ),
  )
  expect(told(outcome)).toEqual([
    'ConfigMap kubernetes-services-endpoint',
    'IPAMConfiguration default spec.strictAffinity',
    'Service kube-dns',
    'Secret node-certs',
  ])
  expect(made(outcome)).toEqual([])
  expect(outcome?.keeps?.objects?.map(({ name }) => name)).toEqual(['calico-node-windows', 'cni-config-windows'])
})

test('blocks of addresses may be shared where Calico does not give them out', async () => {
  const loose = changed(is('IPAMConfiguration', 'default'), () => ({ spec: { strictAffinity: false } }))
  expect(told(await run(loose))).toEqual(['IPAMConfiguration default spec.strictAffinity'])
  const hostLocal = loose.map(object =>
    installation(object)
      ? {
          ...object,
          spec: {
            serviceCIDRs: ['10.96.0.0/16'],
            cni: { type: 'Calico', ipam: { type: 'HostLocal' } },
            calicoNetwork: { windowsDataplane: 'HNS', ipPools: [{ cidr: '10.48.0.0/16', encapsulation: 'None' }] },
          },
        }
      : object,
  )
  expect(told(await run(hostLocal))).toEqual([])
})

test('a kind that is not served is waited for', async () => {
  const { reader, surroundings } = surroundingsOf(cluster)
  const controller = windows(surroundings)
  const found = await controller.read({ ...reader, serves: async ({ kind }) => kind !== 'IPAMConfiguration' })
  expect(controller.desired(found!).problems).toMatchObject([{ reason: 'ResourceNotReady', object: { kind: 'IPAMConfiguration' } }])
})

test('an ImageSet that lacks images of Windows holds up nothing else', async () => {
  const images = ['node', 'cni', 'typha', 'kube-controllers', 'pod2daemon-flexvol', 'key-cert-provisioner', 'node-windows']
  const imageSet: KubeObject & { spec: object } = {
    apiVersion: 'operator.tigera.io/v1',
    kind: 'ImageSet',
    metadata: { name: 'calico-v3.32.1' },
    spec: { images: images.map(image => ({ image: `calico/${image}`, digest: `sha256:${'0'.repeat(64)}` })) },
  }
  expect((await run([...cluster, imageSet]))?.problems?.map(({ message }) => message)).toEqual([
    'ImageSet did not contain image calico/cni-windows',
  ])
})

test('where DNS is the cluster shows, whatever the user says the provider is', async () => {
  const named = asking(spec => ({ ...spec, kubernetesProvider: 'RKE2' }))
  expect(told(await run(named))).toEqual([])
})

test('what is wrong with the Installation is told here too', async () => {
  await expect(run(asking(spec => ({ ...spec, serviceCIDRs: [] })))).rejects.toThrow(Invalid)
})

test('nothing is made anew while the Installation goes', async () => {
  const going = changed(installation, ({ metadata }) => ({ metadata: { ...metadata, deletionTimestamp: '2026-11-21T12:00:00Z' } }))
  expect(await run(going)).toEqual({})
})
