import { expect, test } from 'vitest'
import { completed, configKey, controllerOf, readConfig, usualConfig } from './config.ts'

const reading = (text: string | undefined) =>
  readConfig({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'mine', namespace: 'default' },
    data: text === undefined ? { other: 'x' } : { [configKey]: text },
  })
const faults = (text: string | undefined) => reading(text).problems.map(({ path, message }) => `${path}: ${message}`)
const wrong = (what: string) => [`data[envoy-gateway.yaml]: Error reading EnvoyGatewayConfigRef: ${what}`]
const forced = { rateLimit: 'r', shutdownManager: 's', pullSecrets: [] }

test('a key that is missing, text that is no YAML and what is no EnvoyGateway are told, with their place', () => {
  expect(faults(undefined)).toEqual(wrong("missing 'envoy-gateway.yaml' key"))
  expect(faults('a: 1\nb: [\n')).toEqual([expect.stringContaining('line 3, column 1: ')])
  expect(faults('[a, b]')).toEqual(wrong('it is no object'))
  expect(faults('kind: Gateway')).toEqual(wrong('kind: "Gateway" is not EnvoyGateway'))
  expect(faults('a: 1\na: 2\n')).toEqual([expect.stringContaining('line 2, column 1: Map keys must be unique')])
})

test('all that is wrong is told at once', () => {
  expect(faults('gateway: x\nprovider: {kubernetes: []}\n')).toEqual([
    ...wrong('gateway is no object'),
    ...wrong('provider.kubernetes is no object'),
  ])
})

test('the text, which may hold passwords, is not repeated', () => {
  expect(JSON.stringify(reading('rateLimit: {backend: {redis: {url: "redis://user:secret@x"}}\n'))).not.toContain('secret')
})

test('fields that Envoy Gateway does not know are left out and told, null is nothing', () => {
  const { config, warnings } = reading('nonsense: 1\ngateway: {controllerName: a/b, more: 2}\nlogging: null\n')
  expect(config).toEqual({ gateway: { controllerName: 'a/b' } })
  expect(warnings).toEqual([expect.stringContaining('nonsense in'), expect.stringContaining('gateway.more in')])
  expect(reading('toString: 1\ngateway: {constructor: {a: b}}\n')).toMatchObject({
    config: { gateway: {} },
    problems: [],
    warnings: [expect.stringContaining('toString'), expect.stringContaining('gateway.constructor')],
  })
})

test('an empty configuration is completed to what Envoy Gateway needs', () => {
  expect(completed(reading('').config!, forced)).toEqual({
    extensionApis: { disableLua: false, enableSDSSecretRef: false, enableBackend: true, enableEnvoyPatchPolicy: true },
    gateway: { controllerName: 'gateway.envoyproxy.io/gatewayclass-controller' },
    provider: {
      type: 'Kubernetes',
      kubernetes: { rateLimitDeployment: { container: { image: 'r' }, pod: {} }, shutdownManager: { image: 's' } },
    },
  })
})

test('images and pull secrets are those of the Installation, the provider is Kubernetes; the rest is the user’s', () => {
  const text = `
provider:
  type: Custom
  kubernetes:
    rateLimitDeployment: {replicas: 3, container: {image: x, env: [{name: A}]}, pod: {labels: {a: b}, imagePullSecrets: [{name: mine}]}}
    shutdownManager: {image: x}
    leaderElection: {disable: true}
extensionApis: {enableBackend: false, disableLua: true}
`
  expect(completed(reading(text).config!, { ...forced, pullSecrets: ['pull'] })).toMatchObject({
    extensionApis: { disableLua: true, enableBackend: true },
    provider: {
      type: 'Kubernetes',
      kubernetes: {
        rateLimitDeployment: {
          replicas: 3,
          container: { image: 'r', env: [{ name: 'A' }] },
          pod: { labels: { a: 'b' }, imagePullSecrets: [{ name: 'pull' }] },
        },
        shutdownManager: { image: 's' },
        leaderElection: { disable: true },
      },
    },
  })
})

test('an empty name of the controller is none', () => {
  expect(controllerOf({ gateway: { controllerName: '' } })).toBe(controllerOf(usualConfig))
})
