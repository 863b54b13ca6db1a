import { describe, expect, test } from 'vitest'
import { cniNetwork, k8sApiRoot } from './cni.ts'
import { apiServerEnv, environment, fieldRef } from './container.ts'
import { goJson } from './go-json.ts'
import { endpointEgress } from './policy.ts'
import { present, when } from './present.ts'
import { clusterRoleBinding, roleBinding } from './rbac.ts'

test('what is not wanted is left out, and nothing else', () => {
  expect(present<unknown>(false, 0, undefined, '', null)).toEqual([0, '', null])
  expect(when(true, 'a')).toBe('a')
  expect(when(false, 'a')).toBeUndefined()
})

describe('an environment', () => {
  test('keeps the order of its literal, and writes everything as text', () => {
    expect(environment({ B: true, A: 1, C: 'text', D: undefined, E: fieldRef('spec.nodeName') })).toEqual([
      { name: 'B', value: 'true' },
      { name: 'A', value: '1' },
      { name: 'C', value: 'text' },
      { name: 'E', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } },
    ])
  })

  test('says of an empty value only the name, as the API server keeps it', () => {
    expect(environment({ A: '' })).toEqual([{ name: 'A' }])
  })

  test('names the API only when it is known', () => {
    expect(environment(apiServerEnv({ host: 'fd00::1', port: '443' }))).toEqual([
      { name: 'KUBERNETES_SERVICE_HOST', value: 'fd00::1' },
      { name: 'KUBERNETES_SERVICE_PORT', value: '443' },
    ])
    expect(environment(apiServerEnv(undefined))).toEqual([])
  })
})

describe('JSON as Go writes it', () => {
  test('has its keys sorted at every depth, and no spaces', () => {
    expect(goJson({ b: [{ d: 1, c: null }], a: 'x' })).toBe('{"a":"x","b":[{"c":null,"d":1}]}')
  })

  test('escapes what HTML could mistake, and the two line ends of JavaScript', () => {
    expect(goJson('<a>&\u2028\u2029"')).toBe(String.raw`"\u003ca\u003e\u0026\u2028\u2029\""`)
  })
})

describe('the configuration of CNI plugins', () => {
  test('is framed as it always was', () => {
    expect(cniNetwork('x', [{ type: 'y' }])).toBe(
      '{\n\t\t\t  "name": "x",\n\t\t\t  "cniVersion": "0.3.1",\n\t\t\t  "plugins": [{"type":"y"}]\n\t\t\t}',
    )
  })

  test('names the API by a URL', () => {
    expect(k8sApiRoot({ host: 'fd00::1', port: '443' })).toEqual({ k8s_api_root: 'https://[fd00::1]:443' })
    expect(k8sApiRoot({ host: 'api.example.com', port: '6443' })).toEqual({ k8s_api_root: 'https://api.example.com:6443' })
    expect(k8sApiRoot(undefined)).toEqual({})
  })
})

describe('a rule towards the Kubernetes API', () => {
  const destination = (host: string) => endpointEgress({ host, port: '443' })[0]!.destination

  test('is for one address, in its one spelling', () => {
    expect(destination('10.96.0.1')).toEqual({ nets: ['10.96.0.1/32'], ports: [443] })
    expect(destination('FD00:0096:0:0:0:0:0:1')).toEqual({ nets: ['fd00:96::1/128'], ports: [443] })
  })

  test('is for the port alone where the host is a name', () => {
    expect(destination('api.example.com')).toEqual({ ports: [443] })
  })

  test('is not there when nobody knows where the API is', () => {
    expect(endpointEgress(undefined)).toEqual([])
  })
})

describe('a binding', () => {
  test('is between a role and an account of its own name', () => {
    expect(clusterRoleBinding('x')).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'x' },
      subjects: [{ kind: 'ServiceAccount', name: 'x', namespace: 'calico-system' }],
    })
    expect(roleBinding('x')).toMatchObject({ metadata: { namespace: 'calico-system' }, roleRef: { kind: 'Role', name: 'x' } })
  })

  test('may be between others', () => {
    expect(roleBinding('x', { kind: 'ClusterRole', role: 'y', subjects: [], namespace: 'z' })).toMatchObject({
      metadata: { name: 'x', namespace: 'z' },
      roleRef: { kind: 'ClusterRole', name: 'y' },
      subjects: [],
    })
  })
})
