/** Envoy Gateway through its life: what its recording does not show. Each test goes on from a cluster in which it has been installed, or is about to be. */
import { afterEach, beforeAll, expect, test } from 'vitest'
import { readGatewayDefinitions } from '../../api/gateway/definitions.ts'
import { ground } from '../../src/cli/ground.ts'
import { Offline, operatorUser } from '../../src/cli/offline.ts'
import type { Job } from '../../src/kube/kinds.ts'
import type { KubeObject, ObjectRef } from '../../src/kube/objects.ts'
import type { Snapshot } from '../../src/sandbox/sandbox.ts'
import { knownKeys } from '../keys.ts'
import { differences, stateOf } from './cluster.ts'
import { weathered } from './storm.ts'

const start = Date.parse('2026-11-21T12:00:00Z')
const space = 'tigera-gateway'
const operator = 'operator.tigera.io/v1'
const envoy = 'gateway.envoyproxy.io/v1alpha1'
const gateway = 'gateway.networking.k8s.io/v1'

const resource = (kind: string, spec: object = {}) => ({ apiVersion: operator, kind, metadata: { name: 'default' }, spec })
const asking = (spec: object = {}) => resource('GatewayAPI', spec)
const ask: ObjectRef = { apiVersion: operator, kind: 'GatewayAPI', name: 'default' }
const installation: ObjectRef = { apiVersion: operator, kind: 'Installation', name: 'default' }
const job: ObjectRef = { apiVersion: 'batch/v1', kind: 'Job', namespace: space, name: 'tigera-gateway-api-gateway-helm-certgen' }

/** Nothing but nodes, then Calico without and with Envoy Gateway. */
let empty: Snapshot
let bare: Snapshot
let installed: Snapshot
const open: Offline[] = []

beforeAll(async () => {
  const cluster = new Offline({ keys: knownKeys(), start })
  await cluster.furnish(ground('v3'))
  await cluster.addNodes([{ count: 3 }])
  empty = cluster.sandbox.snapshot()
  await cluster.furnish([resource('Installation', { kubeletVolumePluginPath: 'None' })])
  await cluster.start({ systemRoots: '' })
  await cluster.rest()
  cluster.stop()
  bare = cluster.sandbox.snapshot()
  cluster.close()
  const later = await operated(bare, [asking()])
  later.stop()
  installed = later.sandbox.snapshot()
})

afterEach(() => {
  for (const cluster of open.splice(0)) cluster.close()
})

/** With these objects as well, and an operator that has come to rest. */
async function operated(from: Snapshot, objects: readonly object[] = []): Promise<Offline> {
  const cluster = new Offline({ keys: knownKeys(), start: start + 3_600_000, from })
  open.push(cluster)
  await cluster.furnish(objects as KubeObject[])
  await cluster.start({ systemRoots: '' })
  await cluster.rest()
  return cluster
}

interface Found extends KubeObject {
  spec?: never
  data?: Record<string, string>
}

const all = (cluster: Offline, apiVersion: string, plural: string): Promise<Found[]> =>
  cluster.does(user => user.list(apiVersion, plural)) as Promise<Found[]>
const one = async (cluster: Offline, [apiVersion, plural, name]: readonly [string, string, string]): Promise<Found | undefined> =>
  (await all(cluster, apiVersion, plural)).find(({ metadata }) => metadata.name === name)

async function then(cluster: Offline, work: Parameters<Offline['does']>[0]): Promise<void> {
  await cluster.does(work)
  await cluster.rest()
}

const create = (cluster: Offline, ...objects: object[]) =>
  then(cluster, async user => {
    for (const object of objects) await user.create(object as KubeObject)
  })
const patch = (cluster: Offline, ref: ObjectRef, change: object) => then(cluster, user => user.mergePatch(ref, change))
const remove = (cluster: Offline, ref: ObjectRef) => then(cluster, user => user.delete(ref))

interface Status extends KubeObject {
  status: { conditions: { type: string; status: string; message: string }[] }
}

/** What the TigeraStatus says, by its bad conditions; `fine` when there is none. */
async function said(cluster: Offline, name = 'gatewayapi'): Promise<string> {
  const { status } = (await one(cluster, [operator, 'tigerastatuses', name])) as unknown as Status
  const [available, degraded] = ['Available', 'Degraded'].map(type => status.conditions.find(condition => condition.type === type))
  return available?.status === 'True' && degraded?.status === 'False' ? 'fine' : (degraded?.message ?? '')
}

const writesOf = (cluster: Offline) =>
  cluster.sandbox.requests.all.filter(({ user, verb }) => user === operatorUser && !['get', 'list', 'watch'].includes(verb))

/** What the Job does when it runs: Secrets, and whom the API server has to trust. Then it vanishes. */
async function certify(cluster: Offline): Promise<void> {
  await cluster.does(async user => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'envoy-gateway', namespace: space }, data: { 'tls.crt': 'eA==' } }
    await user.create(secret as KubeObject).catch(() => undefined)
    const [config] = (await user.list('admissionregistration.k8s.io/v1', 'mutatingwebhookconfigurations')) as never as Webhooks[]
    const webhooks = config!.webhooks.map(webhook => ({ ...webhook, clientConfig: { ...webhook.clientConfig, caBundle: 'eA==' } }))
    await user.mergePatch({ apiVersion: config!.apiVersion, kind: config!.kind, name: config!.metadata.name }, { webhooks })
    await user.delete(job)
  })
  await cluster.rest()
}

interface Webhooks extends KubeObject {
  webhooks: { name: string; clientConfig: { caBundle?: string } }[]
}

test('an operator that is started anew on it writes nothing', async () => {
  const cluster = await operated(installed)
  expect(writesOf(cluster)).toEqual([])
  expect(await said(cluster)).toBe('fine')
})

test('certificates are made once, and again when they are gone or the controller is another', async () => {
  const cluster = await operated(installed)
  const there = async () => (await all(cluster, 'batch/v1', 'jobs')) as never as Job[]
  expect(await there()).toHaveLength(1)
  const before = writesOf(cluster).length
  await certify(cluster)
  expect(await there()).toEqual([])
  expect(writesOf(cluster)).toHaveLength(before)
  const [webhook] = (await all(cluster, 'admissionregistration.k8s.io/v1', 'mutatingwebhookconfigurations')) as never as Webhooks[]
  expect(webhook!.webhooks[0]!.clientConfig.caBundle).toBe('eA==')

  await remove(cluster, { apiVersion: 'v1', kind: 'Secret', name: 'envoy-gateway', namespace: space })
  expect(await there()).toHaveLength(1)
  await certify(cluster)
  expect(await there()).toEqual([])

  await patch(cluster, installation, { spec: { registry: 'example.com' } })
  expect((await there())[0]?.spec?.template.spec?.containers[0]?.image).toBe('example.com/calico/envoy-gateway:v3.32.1')
  await certify(cluster)
  expect(await there()).toEqual([])
  expect(await said(cluster)).toBe('fine')
})

test('a Job that has failed is told, and tried again as long as the controller is not at work', async () => {
  const cluster = await operated(installed)
  cluster.life.fail({ namespace: space, name: 'envoy-gateway' }, 'ContainerCreating')
  await cluster.rest()
  const status = { conditions: [{ type: 'Failed', status: 'True', message: 'Job has reached the specified backoff limit' }] }
  await cluster.does(async () => {
    const path = `/apis/batch/v1/namespaces/${space}/jobs/${job.name}/status`
    await cluster.sandbox.transport().request({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body: { status } })
  })
  await cluster.rest()
  expect(await said(cluster)).toContain('could not be made: Job has reached the specified backoff limit')
  await remove(cluster, job)
  expect(await all(cluster, 'batch/v1', 'jobs')).toHaveLength(1)
  expect(await said(cluster)).not.toContain('could not be made')
})

test('where pods run without what the Job makes, as simulated ones do, it is not run again and again', async () => {
  const cluster = await operated(installed)
  await remove(cluster, job)
  expect(await all(cluster, 'batch/v1', 'jobs')).toEqual([])
  expect(writesOf(cluster)).toEqual([])
})

test('classes come and go; a class of the user’s stays', async () => {
  const cluster = await operated(installed)
  await create(cluster, {
    apiVersion: gateway,
    kind: 'GatewayClass',
    metadata: { name: 'mine' },
    spec: { controllerName: 'example.com/mine' },
  })
  const names = async () => (await all(cluster, gateway, 'gatewayclasses')).map(({ metadata }) => metadata.name)
  await patch(cluster, ask, { spec: { gatewayClasses: [{ name: 'one' }, { name: 'two', gatewayKind: 'DaemonSet' }] } })
  expect(await names()).toEqual(['mine', 'one', 'two'])
  expect((await all(cluster, envoy, 'envoyproxies')).map(({ metadata }) => metadata.name)).toEqual(['one', 'two'])
  expect(await one(cluster, [envoy, 'envoyproxies', 'two'])).toMatchObject({
    spec: { provider: { kubernetes: { envoyDaemonSet: { container: { image: 'quay.io/calico/envoy-proxy:v3.32.1' } } } } },
  })
  await patch(cluster, ask, { spec: { gatewayClasses: [] } })
  expect(await names()).toEqual(['mine'])
  expect(await all(cluster, envoy, 'envoyproxies')).toEqual([])
  expect(await said(cluster)).toBe('fine')
})

test('a class starts from an EnvoyProxy of the user’s, and follows it', async () => {
  const pull = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'pull', namespace: 'tigera-operator' }, type: 'Opaque', data: {} }
  const cluster = await operated(installed, [pull])
  await patch(cluster, installation, { spec: { imagePullSecrets: [{ name: 'pull' }] } })
  const custom = {
    apiVersion: envoy,
    kind: 'EnvoyProxy',
    metadata: { name: 'custom', namespace: 'default', labels: { team: 'net' } },
    spec: {
      telemetry: { metrics: { enablePerEndpointStats: true } },
      dynamicModules: [{ name: 'a', source: { local: { path: '/a' } } }],
      provider: {
        type: 'Kubernetes',
        kubernetes: {
          envoyDaemonSet: { pod: { labels: { a: 'own' }, nodeSelector: { disk: 'ssd' }, imagePullSecrets: [{ name: 'other' }] } },
          envoyService: { annotations: { a: 'own' } },
        },
      },
    },
  }
  const overlay = {
    metadata: { labels: { a: 'added', b: 'added' } },
    spec: { nodeSelector: { zone: 'z' }, tolerations: [], containers: [{ name: 'envoy', resources: { limits: { cpu: '1' } } }] },
  }
  const asked = {
    name: 'c',
    envoyProxyRef: { namespace: 'default', name: 'custom' },
    gatewayDaemonSet: { spec: { template: overlay } },
    gatewayDeployment: { spec: { replicas: 7 } },
    gatewayService: { metadata: { annotations: { a: 'added', b: 'added' } }, spec: { loadBalancerClass: 'lb' } },
  }
  await patch(cluster, ask, { spec: { gatewayClasses: [asked] } })
  expect(await said(cluster)).toContain(
    'spec.gatewayClasses[0].envoyProxyRef: Error reading EnvoyProxyRef: there is no EnvoyProxy default/custom',
  )
  await create(cluster, custom)
  expect(await said(cluster)).toBe('fine')
  const proxy = (await all(cluster, envoy, 'envoyproxies')).find(({ metadata }) => metadata.name === 'c')
  expect(proxy).toMatchObject({
    metadata: { namespace: space, labels: { team: 'net', 'k8s-app': 'c' } },
    spec: {
      telemetry: custom.spec.telemetry,
      dynamicModules: [{ name: 'a' }],
      provider: {
        kubernetes: {
          envoyDaemonSet: {
            pod: { labels: { a: 'own', b: 'added' }, nodeSelector: { zone: 'z' }, tolerations: [], imagePullSecrets: [{ name: 'pull' }] },
            container: { image: 'quay.io/calico/envoy-proxy:v3.32.1', resources: { limits: { cpu: '1' } } },
          },
          envoyService: { annotations: { a: 'own', b: 'added' }, loadBalancerClass: 'lb' },
        },
      },
    },
  })
  expect(JSON.stringify(proxy)).not.toContain('replicas')
  expect(JSON.stringify(proxy!.spec)).not.toContain('ssd')
  await patch(cluster, { apiVersion: envoy, kind: 'EnvoyProxy', name: 'custom', namespace: 'default' }, { spec: { telemetry: null } })
  expect(JSON.stringify((await all(cluster, envoy, 'envoyproxies')).find(({ metadata }) => metadata.name === 'c'))).not.toContain(
    'telemetry',
  )
  // The copy of a pull secret goes when it is no longer asked for.
  const secrets = async () => (await all(cluster, 'v1', 'secrets')).filter(({ metadata }) => metadata.namespace === space)
  expect(await secrets()).toHaveLength(1)
  await patch(cluster, installation, { spec: { imagePullSecrets: null } })
  expect(await secrets()).toEqual([])
})

test('everything that is wrong is said at once, and nothing is changed meanwhile', async () => {
  const cluster = await operated(installed)
  const custom = {
    apiVersion: envoy,
    kind: 'EnvoyProxy',
    metadata: { name: 'deployed', namespace: 'default' },
    spec: { provider: { type: 'Kubernetes', kubernetes: { envoyDeployment: { replicas: 2 } } } },
  }
  await create(cluster, custom)
  const before = JSON.stringify(await all(cluster, envoy, 'envoyproxies'))
  const at = (name: string) => ({ namespace: 'default', name })
  await patch(cluster, ask, {
    spec: {
      envoyGatewayConfigRef: at('absent'),
      gatewayControllerDeployment: { spec: { template: { spec: { nodeSelector: { 'a b': '' } } } } },
      gatewayClasses: [
        { name: 'Not_DNS' },
        { name: 'x', envoyProxyRef: at('deployed'), gatewayKind: 'DaemonSet' },
        { name: 'x', envoyProxyRef: at('absent') },
        { name: 'y', gatewayDeployment: { spec: { template: { spec: { tolerations: [{ operator: 'Like', key: 'a' }] } } } } },
      ],
    },
  })
  const text = await said(cluster)
  for (const path of [
    'spec.envoyGatewayConfigRef: Error reading EnvoyGatewayConfigRef: there is no ConfigMap default/absent',
    'spec.gatewayControllerDeployment.spec.template.spec.nodeSelector',
    'spec.gatewayClasses[0].name: "Not_DNS" is no name of an object',
    'spec.gatewayClasses[1].gatewayKind: Conflict between EnvoyProxyRef and GatewayKind',
    'spec.gatewayClasses[2].name: "x" is the name of spec.gatewayClasses[1] too',
    'spec.gatewayClasses[2].envoyProxyRef: Error reading EnvoyProxyRef',
    'spec.gatewayClasses[3].gatewayDeployment.spec.template.spec.tolerations[0].operator',
  ])
    expect(text).toContain(path)
  expect(JSON.stringify(await all(cluster, envoy, 'envoyproxies'))).toBe(before)
  await create(cluster, { ...asking(), metadata: { name: 'tigera-secure' } })
  expect(await said(cluster)).toContain('there is another one, named tigera-secure')
})

test('the user’s configuration of Envoy Gateway is completed, and refused with its line where it is no YAML', async () => {
  const map = (text: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'mine', namespace: 'default' },
    data: { 'envoy-gateway.yaml': text },
  })
  const ref: ObjectRef = { apiVersion: 'v1', kind: 'ConfigMap', name: 'mine', namespace: 'default' }
  const mine = `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyGateway
gateway: {controllerName: example.com/mine}
rateLimit: {backend: {type: Redis, redis: {url: "redis:6379"}}}
provider: {type: File, kubernetes: {watch: {type: Namespaces, namespaces: [a, b]}}}
extensionApis: {disableLua: true}
nonsense: 1
`
  const cluster = await operated(installed, [map(mine)])
  await patch(cluster, ask, { spec: { envoyGatewayConfigRef: { namespace: 'default', name: 'mine' } } })
  const config = async () => (await one(cluster, ['v1', 'configmaps', 'envoy-gateway-config']))?.data?.['envoy-gateway.yaml']
  const completed = `apiVersion: gateway.envoyproxy.io/v1alpha1
extensionApis:
  disableLua: true
  enableBackend: true
  enableEnvoyPatchPolicy: true
  enableSDSSecretRef: false
gateway:
  controllerName: example.com/mine
kind: EnvoyGateway
provider:
  kubernetes:
    rateLimitDeployment:
      container:
        image: quay.io/calico/envoy-ratelimit:v3.32.1
      pod: {}
    shutdownManager:
      image: quay.io/calico/envoy-gateway:v3.32.1
    watch:
      namespaces:
      - a
      - b
      type: Namespaces
  type: Kubernetes
rateLimit:
  backend:
    redis:
      url: redis:6379
    type: Redis
  failClosed: false
`
  expect(await config()).toBe(completed)
  // A class belongs to its controller for good: it is the user's to decide when it goes.
  expect(await said(cluster)).toContain('kubectl delete gatewayclass tigera-gateway-class')
  await remove(cluster, { apiVersion: gateway, kind: 'GatewayClass', name: 'tigera-gateway-class' })
  const made = await one(cluster, [gateway, 'gatewayclasses', 'tigera-gateway-class'])
  expect(made).toMatchObject({ spec: { controllerName: 'example.com/mine' } })
  const { conditions } = ((await one(cluster, [operator, 'tigerastatuses', 'gatewayapi'])) as unknown as Status).status
  expect(conditions.find(({ type }) => type === 'Available')?.message).toContain(
    'nonsense in envoy-gateway.yaml is no field of EnvoyGateway',
  )
  await patch(cluster, ref, { data: { 'envoy-gateway.yaml': 'gateway:\n  controllerName: [\n' } })
  expect(await said(cluster)).toMatch(
    /ConfigMap default\/mine data\[envoy-gateway.yaml\]: Error reading EnvoyGatewayConfigRef: line 3, column 1: /,
  )
  expect(await config()).toBe(completed)
  await patch(cluster, ref, { data: { 'envoy-gateway.yaml': null } })
  expect(await said(cluster)).toContain("missing 'envoy-gateway.yaml' key")
  await patch(cluster, ref, { data: { 'envoy-gateway.yaml': 'provider: Kubernetes' } })
  expect(await said(cluster)).toContain('provider is no object')
  await patch(cluster, ref, { data: { 'envoy-gateway.yaml': mine } })
  expect(await said(cluster)).toBe('fine')
})

const versionOf = async (cluster: Offline, name: string) =>
  (await one(cluster, ['apiextensions.k8s.io/v1', 'customresourcedefinitions', name]))?.metadata.annotations?.[
    'gateway.networking.k8s.io/bundle-version'
  ]

test('CRDs of others are left to them, unless the user wants them kept; ours are kept', async () => {
  const definitions = await readGatewayDefinitions()
  const older = (name: string) => {
    const { metadata, ...rest } = definitions.find(each => each.metadata.name === name)!
    return {
      ...rest,
      metadata: { ...metadata, annotations: { ...metadata.annotations, 'gateway.networking.k8s.io/bundle-version': 'v1.9.0' } },
    }
  }
  const [theirs, ours] = ['gatewayclasses.gateway.networking.k8s.io', 'gateways.gateway.networking.k8s.io']
  const cluster = await operated(bare, [older(theirs!), asking()])
  expect(await versionOf(cluster, theirs!)).toBe('v1.9.0')
  expect(await versionOf(cluster, ours!)).toBe('v1.5.1')
  expect(await said(cluster)).toBe('fine')
  const crd = (name: string): ObjectRef => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name })
  const changed = { metadata: { annotations: { 'gateway.networking.k8s.io/bundle-version': 'v1.8.0' } } }
  await patch(cluster, crd(ours!), changed)
  expect(await versionOf(cluster, ours!)).toBe('v1.5.1')
  await patch(cluster, ask, { spec: { crdManagement: 'PreferExisting' } })
  await patch(cluster, crd(ours!), changed)
  expect(await versionOf(cluster, ours!)).toBe('v1.8.0')
  await patch(cluster, ask, { spec: { crdManagement: 'Reconcile' } })
  expect([await versionOf(cluster, ours!), await versionOf(cluster, theirs!)]).toEqual(['v1.5.1', 'v1.5.1'])
  const written = writesOf(cluster).length
  await cluster.start({ systemRoots: '' })
  await cluster.rest()
  expect(writesOf(cluster)).toHaveLength(written)
})

test('on OpenShift CRDs that the platform refuses are no fault, as long as they are not needed', async () => {
  const refusing = (name: string, expression: string) => [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: ['apiextensions.k8s.io'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['customresourcedefinitions'] },
          ],
        },
        validations: [{ expression, message: 'managed by the platform' }],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ]
  const cluster = await operated(bare, refusing('platform', "!(object.spec.names.plural in ['tcproutes', 'udproutes'])"))
  await patch(cluster, installation, { spec: { kubernetesProvider: 'OpenShift' } })
  await create(cluster, asking())
  expect(await said(cluster)).toBe('fine')
  const names = (await all(cluster, 'apiextensions.k8s.io/v1', 'customresourcedefinitions')).map(({ metadata }) => metadata.name)
  expect(names.filter(name => name.includes('gateway.'))).toHaveLength(18)
  expect(await one(cluster, ['v1', 'namespaces', space])).toMatchObject({
    metadata: { labels: { 'openshift.io/run-level': '0' }, annotations: { 'openshift.io/node-selector': '' } },
  })
})

test('all goes with the resource that asked for it, but CRDs and what Felix was told', async () => {
  const cluster = await operated(installed)
  await remove(cluster, ask)
  expect((await one(cluster, ['v1', 'namespaces', space]))?.metadata.deletionTimestamp ?? 'gone').toBeTruthy()
  expect((await all(cluster, 'apps/v1', 'deployments')).filter(({ metadata }) => metadata.namespace === space)).toEqual([])
  expect(await all(cluster, gateway, 'gatewayclasses')).toEqual([])
  expect(await one(cluster, [operator, 'tigerastatuses', 'gatewayapi'])).toBeUndefined()
  expect(await versionOf(cluster, 'gateways.gateway.networking.k8s.io')).toBe('v1.5.1')
  const [felix] = await all(cluster, 'projectcalico.org/v3', 'felixconfigurations')
  expect(felix).toMatchObject({ spec: { policySyncPathPrefix: '/var/run/nodeagent' } })
})

test('Calico stays until the controller is gone', async () => {
  const cluster = await operated(installed)
  await remove(cluster, installation)
  expect(await all(cluster, operator, 'installations')).toHaveLength(1)
  expect((await one(cluster, ['apps/v1', 'daemonsets', 'calico-node']))?.metadata.deletionTimestamp).toBeUndefined()
  await remove(cluster, ask)
  expect(await all(cluster, operator, 'installations')).toEqual([])
})

test('images that the ImageSet lacks are told, each of the three', async () => {
  const cluster = await operated(installed)
  const digest = `sha256:${'a'.repeat(64)}`
  const images = ['envoy-gateway', 'node'].map(name => ({ image: `calico/${name}`, digest }))
  await create(cluster, { apiVersion: operator, kind: 'ImageSet', metadata: { name: 'calico-v3.32.1' }, spec: { images } })
  const text = await said(cluster)
  expect(text).toContain('ImageSet did not contain image calico/envoy-proxy')
  expect(text).toContain('ImageSet did not contain image calico/envoy-ratelimit')
  expect(text).not.toContain('image calico/envoy-gateway')
})

test('it ends the same whatever goes wrong on the way, wherever the operator dies', async () => {
  const whole = await stormed()
  for (let seed = 1; seed <= Number(process.env.GATEWAY_STORMS ?? 2); seed++) {
    expect(differences(whole, await stormed(seed)), `seed ${seed}`).toEqual([])
  }
})

/** What there is in the end, when everything may fail for two minutes, and the process dies at a write. */
async function stormed(seed?: number): Promise<Map<string, string>> {
  const cluster = new Offline({ keys: knownKeys(), start: start + 3_600_000, from: bare })
  open.push(cluster)
  await cluster.furnish([asking()])
  await weathered(cluster, seed, seed === undefined ? undefined : { atWrite: 1 + ((seed * 7) % 40), withEffect: seed % 2 === 0 })
  await cluster.rest()
  // The pods of a Job are labelled with its uid.
  return new Map(
    [...stateOf(cluster)].map(([place, text]) => [place, text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>')]),
  )
}

test('without an Installation it is told what is missing', async () => {
  const cluster = new Offline({ keys: knownKeys(), start })
  open.push(cluster)
  await cluster.furnish(ground('v3'))
  await cluster.furnish([asking()])
  await cluster.start({ systemRoots: '' })
  await cluster.rest()
  expect(await said(cluster)).toContain('Installation not found')
})

test('nothing of it is made before Calico connects pods, and everything when it does', async () => {
  const cluster = await operated(empty, [resource('Installation', { calicoNetwork: { ipPools: [] } }), asking()])
  expect(await said(cluster)).toContain('Waiting for Installation Variant to be set')
  expect(await all(cluster, 'v1', 'namespaces')).not.toContainEqual(
    expect.objectContaining({ metadata: expect.objectContaining({ name: space }) }),
  )
  await patch(cluster, installation, { spec: { calicoNetwork: { ipPools: null } } })
  expect(await said(cluster)).toBe('fine')
})
