import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DaemonSet, Deployment } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/objects.ts'
import { parseManifests, toYaml } from './manifests.ts'
import { type RenderOptions, render } from './render.ts'

const folder = mkdtempSync(join(tmpdir(), 'render-'))
afterAll(() => rmSync(folder, { recursive: true }))

type Spec = Record<string, unknown>
const installation = (spec: Spec, metadata: object = {}) => ({
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  metadata: { name: 'default', ...metadata },
  spec,
})

async function rendered(given: object[], options: Partial<RenderOptions> = {}) {
  const file = join(folder, 'given.yaml')
  writeFileSync(file, toYaml(given))
  const said = { out: '', err: '' }
  const code = await render(
    { filename: [file], output: 'yaml', mode: 'v3', nodes: 3, ...options },
    {
      out: text => {
        said.out += text
      },
      err: text => {
        said.err += text
      },
    },
  )
  const objects = options.output === undefined ? parseManifests('rendered', said.out) : []
  const find = <T extends KubeObject>(kind: string, name: string) =>
    objects.find(object => object.kind === kind && object.metadata.name === name) as T | undefined
  return { code, ...said, objects, find }
}

describe('of an Installation', () => {
  let result: Awaited<ReturnType<typeof rendered>>
  beforeAll(async () => {
    result = await rendered([installation({}, { uid: 'a-uid-of-theirs', resourceVersion: '5' })])
  })

  test('everything that is made of it is printed, what others need first', () => {
    const { code, err, objects, find } = result
    expect([code, err]).toEqual([0, ''])
    expect(objects[0]).toMatchObject({ kind: 'Namespace', metadata: { name: 'calico-system' } })
    const spec = find<DaemonSet>('DaemonSet', 'calico-node')?.spec
    expect(spec?.template.spec?.containers.map(({ name }) => name)).toEqual(['calico-node'])
    const kinds = objects.map(({ kind }) => kind)
    expect(kinds.lastIndexOf('ServiceAccount')).toBeLessThan(kinds.indexOf('Deployment'))
    expect(kinds).not.toContain('Installation')
  })

  test('nothing is in it that a server adds', () => {
    for (const object of result.objects) {
      expect(object).not.toHaveProperty('status')
      expect(Object.keys(object.metadata)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(uid|resourceVersion|generation|creationTimestamp|managedFields)$/)]),
      )
    }
    expect(result.find<DaemonSet>('DaemonSet', 'calico-node')?.spec?.template.spec?.containers[0]).not.toHaveProperty(
      'terminationMessagePath',
    )
  })

  test('an owner is the one that was given, by its uid where that is known', async () => {
    const owner = { kind: 'Installation', name: 'default' }
    expect(result.find('DaemonSet', 'calico-node')?.metadata.ownerReferences).toMatchObject([{ ...owner, uid: 'a-uid-of-theirs' }])
    const unknown = await rendered([installation({})])
    expect(unknown.find('DaemonSet', 'calico-node')?.metadata.ownerReferences?.[0]).not.toHaveProperty('uid')
  })

  test('the same objects come in the same order each time', async () => {
    const names = (objects: KubeObject[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace} ${metadata.name}`)
    expect(names((await rendered([installation({})])).objects)).toEqual(names(result.objects))
  })
})

test('nodes that are given are the cluster; else so many are simulated', async () => {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'alone', labels: { 'kubernetes.io/os': 'linux' } } }
  const replicas = async (given: object[], nodes?: number) =>
    (await rendered(given, nodes === undefined ? {} : { nodes })).find<Deployment>('Deployment', 'calico-typha')?.spec?.replicas
  expect([await replicas([installation({})], 20), await replicas([node, installation({})], 20)]).toEqual([3, 1])
})

test('a provider stands in for what the Installation says', async () => {
  const flexVolume = async (provider?: string) =>
    JSON.stringify((await rendered([installation({})], provider ? { provider } : {})).find('DaemonSet', 'calico-node')).includes(
      '/home/kubernetes/flexvolume/',
    )
  expect([await flexVolume(), await flexVolume('GKE')]).toEqual([false, true])
})

test("somebody else's object is printed whole when the operator changes it", async () => {
  const felix = {
    apiVersion: 'projectcalico.org/v3',
    kind: 'FelixConfiguration',
    metadata: { name: 'default' },
    spec: { mtuIfacePattern: 'eth' },
  }
  const { find } = await rendered([felix, installation({})])
  expect(find('FelixConfiguration', 'default')).toMatchObject({ spec: { mtuIfacePattern: 'eth', vxlanVNI: 4096 } })
})

describe('what is wrong is said on standard error', () => {
  test('when it is refused, with the field', async () => {
    const { code, err } = await rendered([installation({ variant: 'Cilium' })])
    expect(code).toBe(1)
    expect(err).toMatch(/^error: Installation default: .*spec\.variant: Unsupported value: "Cilium"/)
  })

  test('when it cannot be done; and what does not depend on it is printed', async () => {
    const { code, err, find } = await rendered([installation({ calicoNetwork: { ipPools: [{ cidr: '10.48.0.300/16' }] } })])
    expect(code).toBe(1)
    expect(err).toContain('10.48.0.300/16')
    expect(find('Tier', 'calico-system')).toBeDefined()
    expect(find('DaemonSet', 'calico-node')).toBeUndefined()
  })
})

test('as a directory, every object is a file below its namespace', async () => {
  const directory = join(folder, 'tree')
  const { out } = await rendered([installation({})], { output: { directory } })
  expect(out).toBe('')
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  expect(files).toEqual(
    expect.arrayContaining([join('cluster', 'namespace-calico-system.yaml'), join('calico-system', 'daemonset-calico-node.yaml')]),
  )
  const [node] = parseManifests('node', readFileSync(join(directory, 'calico-system', 'daemonset-calico-node.yaml'), 'utf8'))
  expect(node).toMatchObject({ kind: 'DaemonSet', metadata: { name: 'calico-node' } })
})

test('in a directory no file is that of two objects, and no object is there twice', async () => {
  const directory = join(folder, 'older')
  const apiServer = { apiVersion: 'operator.tigera.io/v1', kind: 'APIServer', metadata: { name: 'default' }, spec: {} }
  const given = [installation({}), apiServer]
  const { objects } = await rendered(given, { mode: 'v1' })
  await rendered(given, { mode: 'v1', output: { directory } })
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.yaml'))
  expect(files.length).toBe(objects.length)
  // Written under one group before the API server answers, and under the other when it does.
  const pools = objects.filter(({ kind }) => kind === 'IPPool')
  expect(pools).toMatchObject([
    { apiVersion: 'crd.projectcalico.org/v1', spec: { nodeSelector: 'all()', allowedUses: ['Workload', 'Tunnel'] } },
  ])
})

test('as JSON it is one List', async () => {
  const { out } = await rendered([installation({})], { output: 'json' })
  expect(JSON.parse(out)).toMatchObject({
    apiVersion: 'v1',
    kind: 'List',
    items: expect.arrayContaining([expect.objectContaining({ kind: 'DaemonSet' })]),
  })
})
