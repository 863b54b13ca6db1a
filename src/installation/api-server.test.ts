import { describe, expect, test } from 'vitest'
import type { APIServer, APIServerSpec } from '../../api/apiserver.ts'
import type { InstallationSpec } from '../../api/installation.ts'
import { apiServerOf, portFaults } from './api-server.ts'
import { decided } from './testdata/asked.ts'

const on = (spec: InstallationSpec, asked: APIServerSpec = {}) => apiServerOf(asked, decided(spec))
const eks: InstallationSpec = { kubernetesProvider: 'EKS', cni: { type: 'Calico' } }
const webhooks = (pod: object): APIServerSpec => ({ calicoWebhooksDeployment: { spec: { template: { spec: pod } } } })

describe('the network of the node', () => {
  test.each<[string, InstallationSpec, boolean]>([
    ['is where servers are that the Kubernetes API cannot reach among pods', eks, true],
    ['is so on TKG too', { kubernetesProvider: 'TKG' }, true],
    ['is not needed with the plugin of the cloud', { kubernetesProvider: 'EKS', cni: { type: 'AmazonVPC' } }, false],
    ['is not needed elsewhere', {}, false],
  ])('%s', (_, spec, expected) => {
    expect([on(spec).hostNetwork, on(spec).webhooks.hostNetwork]).toEqual([expected, expected])
  })

  test('is where a user wants the webhooks, either way; the API server stays', () => {
    expect(on({}, webhooks({ hostNetwork: true }))).toMatchObject({ hostNetwork: false, webhooks: { hostNetwork: true } })
    expect(on(eks, webhooks({ hostNetwork: false }))).toMatchObject({ hostNetwork: true, webhooks: { hostNetwork: false } })
  })
})

test('ports and severity are those of the overrides, or the usual ones', () => {
  expect(on({})).toMatchObject({ port: 5443, logLevel: 'info', webhooks: { port: 6443 } })
  const containers = [
    { name: 'tigera-queryserver' as const, ports: [{ name: 'queryserver' as const, containerPort: 1 }] },
    { name: 'calico-apiserver' as const, ports: [{ name: 'apiserver' as const, containerPort: 8443 }] },
  ]
  const asked: APIServerSpec = {
    ...webhooks({ containers: [{ name: 'calico-webhooks', ports: [{ name: 'calico-webhooks', containerPort: 9443 }] }] }),
    apiServerDeployment: { spec: { template: { spec: { containers } } } },
    logging: { apiServer: { logSeverity: 'Debug' } },
  }
  expect(on({}, asked)).toMatchObject({ port: 8443, logLevel: 'debug', webhooks: { port: 9443 } })
})

test('a port belongs to its own container, and is one', () => {
  const ports = [
    { name: 'apiserver' as const, containerPort: 5443 },
    { name: 'queryserver' as const, containerPort: 0 },
  ]
  const server: APIServer = {
    apiVersion: 'operator.tigera.io/v1',
    kind: 'APIServer',
    metadata: { name: 'default' },
    spec: { apiServerDeployment: { spec: { template: { spec: { containers: [{ name: 'calico-apiserver', ports }] } } } } },
  }
  const at = 'spec.apiServerDeployment.spec.template.spec.containers[0].ports[1]'
  expect(portFaults(server).map(({ path, message }) => [path, message])).toEqual([
    [`${at}.name`, 'port queryserver is not one of container calico-apiserver'],
    [`${at}.containerPort`, '0 is no port'],
  ])
  expect(portFaults({ ...server, spec: {} })).toEqual([])
  const twice = [5443, 5444].map(containerPort => ({ name: 'apiserver' as const, containerPort }))
  const template = { spec: { containers: [{ name: 'calico-apiserver' as const, ports: twice }] } }
  expect(
    portFaults({ ...server, spec: { apiServerDeployment: { spec: { template } } } }).map(({ path, message }) => [path, message]),
  ).toEqual([[`${at}.name`, 'port apiserver, 5444, is there already']])
  // What neither of them says is not the same.
  const [numbered, named] = [{ containerPort: 5443 }, { name: 'apiserver' }]
  const both = { spec: { containers: [{ name: 'calico-apiserver', ports: [numbered, named, named] }] } } as never
  expect(
    portFaults({ ...server, spec: { apiServerDeployment: { spec: { template: both } } } }).flatMap(({ path, message }) =>
      message.includes('already') ? [[path, message]] : [],
    ),
  ).toEqual([[`${at.replace('ports[1]', 'ports[2]')}.name`, 'port apiserver, is there already']])
})
