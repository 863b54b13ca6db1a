import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { trail } from '../../hack/audit.ts'
import { findBinary } from '../../hack/control-plane/binaries.ts'
import { type Answer, available, type ControlPlane, startControlPlane } from '../../hack/control-plane/control-plane.ts'
import { count, lastChange } from '../../hack/trail.ts'
import { builtinResources } from '../../src/kube/resources.ts'
import { eventually, field } from './eventually.ts'

const apply = { contentType: 'application/apply-patch+yaml' }

describe.skipIf(!available())('a real control plane', () => {
  let plane: ControlPlane
  beforeAll(async () => {
    plane = await startControlPlane()
    await plane.createNodes([
      { count: 2, labels: { zone: 'a' } },
      { count: 1, os: 'windows', families: ['IPv4', 'IPv6'], providerID: 'gce://p/z/{i}' },
    ])
  })
  afterAll(() => plane?.close())

  test('says which version it is', async () => {
    expect(await plane.request('GET', '/version')).toMatchObject({ body: { gitVersion: 'v1.35.4', major: '1', minor: '35' } })
  })

  test('has the nodes that were asked for, ready', async () => {
    const kubectl = (...args: string[]) =>
      execFileSync(findBinary('kubectl')!, ['--kubeconfig', plane.kubeconfig('admin'), ...args], { encoding: 'utf8' })
    kubectl('wait', '--for=condition=Ready', 'node', '--all', '--timeout=30s')
    const { items } = JSON.parse(kubectl('get', 'nodes', '-o', 'json'))
    expect(items.map((node: { metadata: { name: string } }) => node.metadata.name)).toEqual(['node-0', 'node-1', 'node-2'])
    expect(items[0].metadata.labels).toMatchObject({ zone: 'a', 'node-role.kubernetes.io/control-plane': '' })
    expect(items[2]).toMatchObject({
      metadata: { labels: { 'kubernetes.io/os': 'windows' } },
      spec: { providerID: 'gce://p/z/2', podCIDRs: ['10.42.2.0/24', 'fd00:42:0:2::/64'] },
      status: { addresses: [{ address: '172.31.0.3' }, { address: 'fd00:31::3' }, { type: 'Hostname', address: 'node-2' }] },
    })
  })

  test('runs the pods of a Deployment and of a DaemonSet, and completes a Job', async () => {
    const template = (restartPolicy: string) => ({
      metadata: { labels: { app: 'x' } },
      spec: { restartPolicy, containers: [{ name: 'x', image: 'x' }] },
    })
    const selector = { matchLabels: { app: 'x' } }
    for (const [path, kind, spec] of [
      ['apps/v1/namespaces/default/deployments', 'Deployment', { replicas: 3, selector, template: template('Always') }],
      ['apps/v1/namespaces/default/daemonsets', 'DaemonSet', { selector, template: template('Always') }],
      ['batch/v1/namespaces/default/jobs', 'Job', { template: template('Never') }],
    ] as const) {
      const body = { apiVersion: path.split('/').slice(0, 2).join('/'), kind, metadata: { name: 'x' }, spec }
      expect((await plane.request('POST', `/apis/${path}`, { body })).status).toBe(201)
    }
    const get = (path: string) => () => plane.request('GET', `/apis/${path}`)
    await eventually(get('apps/v1/namespaces/default/deployments/x'), answer => field(answer, 'status.availableReplicas') === 3)
    await eventually(get('apps/v1/namespaces/default/daemonsets/x'), answer => field(answer, 'status.numberAvailable') === 3)
    await eventually(get('batch/v1/namespaces/default/jobs/x'), answer => field(answer, 'status.succeeded') === 1)
  })

  test('takes a CustomResourceDefinition and serves it, defaults and rules included', async () => {
    const schema = {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: { mode: { type: 'string', default: 'Auto' }, size: { type: 'integer' } },
          'x-kubernetes-validations': [{ rule: '!has(self.size) || self.size < 10', message: 'too big' }],
        },
      },
    }
    const body = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.org' },
      spec: {
        group: 'example.org',
        scope: 'Cluster',
        names: { kind: 'Thing', plural: 'things' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    }
    expect((await plane.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body })).status).toBe(201)
    const thing = { apiVersion: 'example.org/v1', kind: 'Thing', metadata: { name: 'one' }, spec: {} }
    const created = await eventually(
      () => plane.request('POST', '/apis/example.org/v1/things', { body: thing }),
      ({ status }) => status !== 404,
    )
    expect(created).toMatchObject({ status: 201, body: { spec: { mode: 'Auto' } } })
    const big = { ...thing, metadata: { name: 'two' }, spec: { size: 10 } }
    expect(await plane.request('POST', '/apis/example.org/v1/things', { body: big })).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('too big') },
    })
  })

  test('refuses what a ValidatingAdmissionPolicy refuses', async () => {
    const base = '/apis/admissionregistration.k8s.io/v1'
    const policy = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'nothing-called-forbidden' },
      spec: {
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }] },
        validations: [{ expression: "object.metadata.name != 'forbidden'", message: 'not that name' }],
      },
    }
    const binding = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'nothing-called-forbidden' },
      spec: { policyName: 'nothing-called-forbidden', validationActions: ['Deny'] },
    }
    expect((await plane.request('POST', `${base}/validatingadmissionpolicies`, { body: policy })).status).toBe(201)
    expect((await plane.request('POST', `${base}/validatingadmissionpolicybindings`, { body: binding })).status).toBe(201)
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'forbidden' } }
    const refused = await eventually(
      () => plane.request('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', { body }),
      ({ status }) => status !== 201,
    )
    expect(refused).toMatchObject({ status: 422, body: { message: expect.stringContaining('not that name') } })
  })

  test('does not serve MutatingAdmissionPolicy unless it is told to', async () => {
    expect((await plane.request('GET', '/apis/admissionregistration.k8s.io/v1beta1/mutatingadmissionpolicies')).status).toBe(404)
  })

  test('its discovery has what the list of built-in resources says', async () => {
    const versions = new Set(
      builtinResources
        .filter(({ preview }) => !preview)
        .map(({ group, version }) => (group ? `apis/${group}/${version}` : `api/${version}`)),
    )
    const served = (await Promise.all([...versions].map(async path => resourcesOf(path, await plane.request('GET', `/${path}`))))).flat()
    const known = builtinResources.flatMap(({ verbs, ...resource }) => (resource.preview ? [] : [{ ...resource, verbs }]))
    const kinds = new Set(known.map(({ group, version, plural }) => `${group}/${version}/${plural}`))
    const wanted = served.filter(({ group, version, plural }) => kinds.has(`${group}/${version}/${plural}`))
    const byName = (a: { group: string; plural: string }, b: { group: string; plural: string }) =>
      `${a.group}/${a.plural}` < `${b.group}/${b.plural}` ? -1 : 1
    expect(wanted.toSorted(byName)).toEqual(known.toSorted(byName))
  })

  test('its audit log tells writes with and without effect, failures and reads of one user from another', async () => {
    const path = '/api/v1/namespaces/default/configmaps/counted'
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'counted' }, data: { a: '1' } }
    const from = Date.now()
    const as = { user: 'operator' }
    expect((await plane.request('PATCH', `${path}?fieldManager=test`, { ...as, ...apply, body })).status).toBe(201)
    expect((await plane.request('PATCH', `${path}?fieldManager=test`, { ...as, ...apply, body })).status).toBe(200)
    // What somebody else changed does not make the next write one with effect.
    await plane.request('PATCH', path, { contentType: 'application/merge-patch+json', body: { data: { b: '2' } } })
    expect((await plane.request('PATCH', `${path}?fieldManager=test`, { ...as, ...apply, body })).status).toBe(200)
    expect((await plane.request('POST', '/api/v1/namespaces/nowhere/configmaps', { ...as, body })).status).toBe(404)
    await plane.request('GET', path, as)
    await plane.request('GET', '/api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=1', as)
    await plane.request('DELETE', path, as)
    const log = trail(await plane.auditLog())
    expect(count(log, { user: 'operator', from })).toEqual({
      writes: { total: 4, 'delete configmaps': 1, 'patch configmaps': 3 },
      writesWithoutEffect: { total: 2, 'patch configmaps': 2 },
      failedWrites: { total: 1, 'create configmaps 404': 1 },
      reads: { total: 2, 'get configmaps': 1, 'watch configmaps': 1 },
    })
    expect(count(log, { user: 'operator', to: from }).writes.total).toBe(0)
    expect(lastChange(log, { user: 'operator' })).toBeGreaterThanOrEqual(from)
  })
})

/** What a group's discovery document says, in the form of the list of built-in resources. */
function resourcesOf(path: string, { body }: Answer): { group: string; version: string; plural: string }[] {
  type Listed = {
    name: string
    kind: string
    singularName: string
    namespaced: boolean
    verbs: string[]
    shortNames?: string[]
    categories?: string[]
    group?: string
    version?: string
  }
  const [, group, version] = /^apis?\/(?:(.+)\/)?(.+)$/.exec(path) ?? []
  const listed = (body as { resources: Listed[] }).resources
  return listed
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, singularName, namespaced, verbs, shortNames, categories }) => ({
      group: group ?? '',
      version: version!,
      kind,
      plural: name,
      singular: singularName,
      namespaced,
      verbs: verbs.toSorted(),
      ...(shortNames && { shortNames }),
      ...(categories && { categories }),
      subresources: listed
        .filter(one => one.name.startsWith(`${name}/`) && !isConnection(one.name))
        .map(one => ({
          name: one.name.slice(name.length + 1),
          kind: one.kind,
          verbs: one.verbs.toSorted(),
          ...(one.group && { group: one.group, version: one.version }),
        })),
    }))
}

/** Exec, proxy and the like connect to a process; there is no object to speak of. */
const isConnection = (name: string) => /\/(attach|exec|portforward|proxy)$/.test(name)

describe.skipIf(!available())('another control plane', () => {
  test('serves MutatingAdmissionPolicy and dual-stack Services when asked, and they work', async () => {
    const apiserverArgs = ['--feature-gates=MutatingAdmissionPolicy=true', '--runtime-config=admissionregistration.k8s.io/v1beta1=true']
    const plane = await startControlPlane({ families: ['IPv6', 'IPv4'], apiserverArgs, controllers: false })
    try {
      const base = '/apis/admissionregistration.k8s.io/v1beta1'
      const policy = {
        apiVersion: 'admissionregistration.k8s.io/v1beta1',
        kind: 'MutatingAdmissionPolicy',
        metadata: { name: 'label' },
        spec: {
          matchConstraints: {
            resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
          },
          reinvocationPolicy: 'Never',
          mutations: [
            {
              patchType: 'ApplyConfiguration',
              applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: Object.metadata.labels{mutated: "yes"}}}' },
            },
          ],
        },
      }
      const binding = {
        apiVersion: 'admissionregistration.k8s.io/v1beta1',
        kind: 'MutatingAdmissionPolicyBinding',
        metadata: { name: 'label' },
        spec: { policyName: 'label' },
      }
      expect(await plane.request('POST', `${base}/mutatingadmissionpolicies`, { body: policy })).toMatchObject({ status: 201 })
      expect(await plane.request('POST', `${base}/mutatingadmissionpolicybindings`, { body: binding })).toMatchObject({ status: 201 })
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'plain' } }
      await eventually(
        () => plane.request('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', { body }),
        answer => field(answer, 'metadata.labels.mutated') === 'yes',
      )

      expect(await plane.request('GET', '/api/v1/namespaces/default/services/kubernetes')).toMatchObject({
        body: { spec: { clusterIP: 'fd00:96::1' } },
      })
      const service = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'both' },
        spec: { ipFamilyPolicy: 'RequireDualStack', ports: [{ port: 1 }] },
      }
      expect(await plane.request('POST', '/api/v1/namespaces/default/services', { body: service })).toMatchObject({
        status: 201,
        body: { spec: { ipFamilies: ['IPv6', 'IPv4'] } },
      })
    } finally {
      await plane.close()
    }
  })

  test('ends with the process that started it, however that ends', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../hack/control-plane/main.ts'), 'up'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [line] = (await once(child.stdout!, 'data')) as [Buffer]
    const kubeconfig = line.toString().replace('export KUBECONFIG=', '').trim()
    expect(existsSync(kubeconfig)).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const server = execFileSync('sh', ['-c', 'sed "s/.*\\(https:[^\\"]*\\).*/\\1/" "$1"', 'sh', kubeconfig], { encoding: 'utf8' })
    await eventually(
      () =>
        fetch(server).then(
          () => 'there',
          error => String(error.cause?.code),
        ),
      answer => answer === 'ECONNREFUSED',
    )
    await eventually(
      async () => existsSync(dirname(kubeconfig)),
      exists => !exists,
    )
  })
})
