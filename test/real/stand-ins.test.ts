import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { trail } from '../../hack/audit.ts'
import { available, type ControlPlane, startControlPlane } from '../../hack/control-plane/control-plane.ts'
import { type Authority, authority, servingCertificate } from '../../hack/control-plane/credentials.ts'
import { startStandIns } from '../../hack/control-plane/stand-ins.ts'
import { count } from '../../hack/trail.ts'
import { eventually, field } from './eventually.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe.skipIf(!available())('pods that are called', () => {
  let plane: ControlPlane
  let caBundle: string
  let standIns: { close(): Promise<void> } | undefined

  const create = async (path: string, body: object) => expect(await plane.request('POST', path, { body })).toMatchObject({ status: 201 })

  /** A Service with a ready pod behind it, and the Secret with its key. */
  async function service(name: string, secret: string, issuer: Authority): Promise<void> {
    const { certificate, key } = await servingCertificate(issuer, [`${name}.calico-system.svc`])
    const labels = { app: name }
    const path = '/api/v1/namespaces/calico-system'
    await create(`${path}/secrets`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: secret },
      data: { 'tls.crt': base64(certificate), 'tls.key': base64(key) },
    })
    await create(`${path}/services`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: labels, ports: [{ port: 443, targetPort: 7443 }] },
    })
    const template = { metadata: { labels }, spec: { containers: [{ name: 'x', image: 'x' }] } }
    await create('/apis/apps/v1/namespaces/calico-system/deployments', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: { selector: { matchLabels: labels }, template },
    })
    await eventually(
      () => plane.request('GET', `/apis/apps/v1/namespaces/calico-system/deployments/${name}`),
      answer => field(answer, 'status.availableReplicas') === 1,
    )
  }

  beforeAll(async () => {
    plane = await startControlPlane()
    await plane.createNodes([{ count: 1 }])
    await create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'calico-system' } })
    const issuer = await authority('test')
    caBundle = base64(issuer.certificate.toString('pem'))
    await service('calico-webhooks', 'calico-webhooks-tls', issuer)
    await service('calico-api', 'calico-apiserver-certs', issuer)
  })
  afterAll(async () => {
    await standIns?.close()
    await plane?.close()
  })

  test('a webhook that nobody answers makes writes fail; one that is answered allows them', async () => {
    const webhook = {
      name: 'any.example.org',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      clientConfig: { caBundle, service: { name: 'calico-webhooks', namespace: 'calico-system', path: '/x' } },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
    }
    await create('/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'any' },
      webhooks: [webhook],
    })
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }
    const ask = () => plane.request('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', { body })
    expect(await eventually(ask, ({ status }) => status !== 201)).toMatchObject({
      status: 500,
      body: { message: expect.stringContaining('any.example.org') },
    })
    standIns = startStandIns(plane)
    expect(await ask()).toMatchObject({ status: 201 })
  })

  test('the aggregated API shows objects of crd.projectcalico.org/v1 under its own name, watches and refusals included', async () => {
    standIns ??= startStandIns(plane)
    const properties = { spec: { type: 'object', properties: { cidr: { type: 'string' } } } }
    await create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'ippools.crd.projectcalico.org' },
      spec: {
        group: 'crd.projectcalico.org',
        scope: 'Cluster',
        names: { kind: 'IPPool', plural: 'ippools' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties } } }],
      },
    })
    await create('/apis/apiregistration.k8s.io/v1/apiservices', {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v3.projectcalico.org' },
      spec: {
        group: 'projectcalico.org',
        version: 'v3',
        groupPriorityMinimum: 1500,
        versionPriority: 200,
        caBundle,
        service: { name: 'calico-api', namespace: 'calico-system' },
      },
    })
    const path = '/apis/projectcalico.org/v3/ippools'
    await eventually(
      () => plane.request('GET', path),
      ({ status }) => status === 200,
    )
    const pool = { apiVersion: 'projectcalico.org/v3', kind: 'IPPool', metadata: { name: 'default' }, spec: { cidr: '10.0.0.0/16' } }
    const write = () =>
      plane.request('PATCH', `${path}/default?fieldManager=test`, {
        body: pool,
        contentType: 'application/apply-patch+yaml',
        user: 'operator',
      })
    expect(await write()).toMatchObject({
      status: 201,
      body: { ...pool, metadata: { managedFields: [{ manager: 'test', apiVersion: 'projectcalico.org/v3' }] } },
    })
    expect(await write()).toMatchObject({ status: 200, body: pool })
    expect(await plane.request('GET', '/apis/crd.projectcalico.org/v1/ippools/default')).toMatchObject({
      body: { apiVersion: 'crd.projectcalico.org/v1', spec: pool.spec },
    })
    expect(await plane.request('GET', path)).toMatchObject({
      body: { apiVersion: 'projectcalico.org/v3', kind: 'IPPoolList', items: [pool] },
    })
    const { body: lines } = await plane.request('GET', `${path}?watch=true&timeoutSeconds=1`)
    // One line is one document.
    expect(lines).toMatchObject({ type: 'ADDED', object: pool })
    expect(await plane.request('GET', `${path}/none`)).toMatchObject({
      status: 404,
      body: { message: 'ippools.projectcalico.org "none" not found', details: { group: 'projectcalico.org' } },
    })
    expect(count(trail(await plane.auditLog()), { user: 'operator' })).toMatchObject({
      writes: { total: 2, 'patch ippools': 2 },
      writesWithoutEffect: { total: 1 },
    })
  })
})
