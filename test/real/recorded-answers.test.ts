/** Requests about objects of recorded clusters, answered by the sandbox as by a real API server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { crds } from '../../api/index.ts'
import { available, type ControlPlane, startControlPlane } from '../../hack/control-plane/control-plane.ts'
import type { KubeObject } from '../../src/kube/objects.ts'
import type { Request, Transport } from '../../src/kube/transport.ts'
import { type Body, place } from '../conformance/bed.ts'
import { recordedClusters } from '../takeover/clusters.ts'
import { eventually } from './eventually.ts'
import { type Disagreement, Pair } from './pair.ts'

/** More of them are not worth reading. */
const most = 5

/** Kinds that would keep the others out, or that a cluster has of its own. */
const strange = /^(APIService|CustomResourceDefinition|(Mutating|Validating)WebhookConfiguration|Node|Pod)$/
type Wanted = KubeObject & Body

const home = ({ metadata: { name, namespace = name } }: KubeObject) => namespace

/** What clusters were recorded to have, each object once, Namespaces first. */
function recorded(...scenarios: string[]): Wanted[] {
  const clusters = recordedClusters()
  const objects = scenarios
    .flatMap(name => clusters.get(name) ?? [])
    .filter(object => !strange.test(object.kind) && !/^(default$|kube-|system-)/.test(home(object)))
  const bare = new Map(objects.map(object => [JSON.stringify(asSent(object)), asSent(object)]))
  return [...bare.values()].sort((a, b) => Number(b.kind === 'Namespace') - Number(a.kind === 'Namespace'))
}

/** Without what the server sets. */
function asSent({ apiVersion, kind, metadata, ...rest }: KubeObject): Wanted {
  const { name, namespace, labels, annotations } = metadata
  const { status, ...content } = rest as Body
  const { clusterIP, clusterIPs, ...spec } = (content.spec ?? {}) as Body
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace && { namespace }), ...(labels && { labels }), ...(annotations && { annotations }) },
    ...content,
    ...(kind === 'Service' && { spec }),
  }
}

const tweak = { metadata: { labels: { tweak: '1' } } }
const tweaked = ({ name }: Body) => ({
  ...tweak,
  spec: {
    template: {
      spec: {
        containers: [{ name, image: 'z:1', env: [{ name: 'NEW', value: '1' }], resources: { limits: { cpu: '1500m' } } }],
        tolerations: [{ key: 'x', operator: 'Exists' }],
        nodeSelector: { a: 'b' },
      },
    },
  },
})

/** What writers do to an object one after the other. */
function requestsAbout(object: Wanted, path: string): Request[] {
  const apply = (fieldManager: string, body: Body, query: Record<string, string> = {}): Request => ({
    method: 'PATCH',
    path,
    body,
    contentType: 'application/apply-patch+yaml',
    query: { fieldManager, force: 'true', ...query },
  })
  const { labels, annotations, ...metadata } = object.metadata
  const { template } = (object.spec ?? {}) as { template?: { spec: { containers: Body[] } } }
  const first = template?.spec.containers[0]
  const isBuiltin = !/projectcalico|tigera/.test(object.apiVersion)
  const form = isBuiltin ? 'strategic-merge-patch' : 'merge-patch'
  const query = { fieldManager: 'other' }
  return [
    apply('x', object),
    apply('x', object),
    apply('y', object, { force: 'false' }),
    { method: 'PATCH', path, body: first ? tweaked(first) : tweak, contentType: `application/${form}+json`, query },
    apply('x', object, { dryRun: 'All' }),
    apply('x', object),
    apply('x', { ...object, metadata }),
    { method: 'GET', path },
    { method: 'PUT', path, body: object, query },
  ]
}

const plurals: [end: RegExp, plural: string][] = [
  [/policy$/, 'policies'],
  [/(class|status)$/, '$1es'],
  [/(endpoints)$/, '$1'],
  [/$/, 's'],
]

function pathOf({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): string {
  const [end, plural] = plurals.find(([end]) => end.test(kind.toLowerCase()))!
  const resource = `${apiVersion}/${kind.toLowerCase().replace(end, plural)}`.replace(/^v1\//, '')
  return place(resource, { name, ...(namespace && { namespace }) })
}

describe.skipIf(!available())('requests about recorded objects', () => {
  let plane: ControlPlane
  let pair: Pair
  beforeAll(async () => {
    plane = await startControlPlane({ controllers: false })
    pair = new Pair(plane, { seed: 1 })
    for (const transport of pair.transports) await define(transport)
  })
  afterAll(async () => {
    await pair?.close()
    await plane?.close()
  })

  test('are answered alike by the sandbox and by kube-apiserver', async () => {
    const found: Disagreement[] = []
    const objects = recorded('default-v3crd', 'overrides', 'windows-rendered', 'openshift')
    for (const object of objects) {
      const path = pathOf(object)
      for (const request of requestsAbout(object, path)) {
        const disagreement = await pair.ask(request, path)
        if (disagreement) found.push(disagreement)
      }
      if (found.length >= most) break
    }
    expect(objects.length).toBeGreaterThan(100)
    expect(found).toEqual([])
  })
})

/** Resolves when all kinds are served. */
async function define(transport: Transport): Promise<void> {
  const path = place('apiextensions.k8s.io/v1/customresourcedefinitions')
  for (const body of crds('v3')) {
    await transport.request({ method: 'POST', path, body })
    const { group, names, versions } = body.spec
    const list = { method: 'GET' as const, path: place(`${group}/${versions[0]!.name}/${names.plural}`) }
    await eventually(
      () => transport.request(list),
      ({ status }) => status === 200,
    )
  }
}
