import { describe, expect, test } from 'vitest'
import type { ImageSet } from '../../api/imageset.ts'
import type { InstallationSpec } from '../../api/installation.ts'
import type { ConfigMap, Deployment, Secret, Service } from '../kube/kinds.ts'
import type { Facts } from './facts.ts'
import { imageSetName } from './images.ts'
import { asking, decided, factsWith, ipPool } from './testdata/asked.ts'
import { heldUp, unready, withoutNodesForTypha, withoutPullSecrets } from './waiting.ts'

describe('pools are waited for', () => {
  const waits = (spec: InstallationSpec, facts: Partial<Facts> = {}) => unready(asking(spec), factsWith(facts), decided(spec, facts))
  const pool = ipPool('a', { cidr: '10.0.0.0/16' })

  test('until one is there that is enabled', () => {
    expect(waits({})).toMatchObject([{ reason: 'ResourceNotFound', message: 'waiting for enabled IP pools to be created' }])
    expect(waits({}, { pools: [ipPool('a', { cidr: '10.0.0.0/16', disabled: true })] })).toHaveLength(1)
    expect(waits({}, { pools: [pool] })).toEqual([])
  })

  test('only where addresses come from them, or they are asked for', () => {
    expect(waits({ cni: { type: 'AmazonVPC' } })).toEqual([])
    expect(waits({ cni: { type: 'AmazonVPC' }, calicoNetwork: { ipPools: [{ cidr: '10.0.0.0/16' }] } })).toHaveLength(1)
    expect(waits({ cni: { type: 'Calico', ipam: { type: 'HostLocal' } } })).toHaveLength(1)
  })
})

const secret = (name: string): Secret => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'tigera-operator' } })

test('every pull secret that is not there is named', () => {
  const asked = asking(
    { imagePullSecrets: [{ name: 'here' }] },
    { imagePullSecrets: [{ name: 'gone' }, { name: 'here' }, { name: 'absent' }] },
  )
  const missing = withoutPullSecrets(asked, factsWith({ pullSecrets: [secret('here')] }))
  expect(missing.map(({ reason, message, object, path }) => [reason, message, object?.kind, object?.name, path])).toEqual([
    ['ResourceReadError', 'Error retrieving pull secrets: Secret "gone" not found', 'Installation', 'overlay', 'spec.imagePullSecrets[0]'],
    [
      'ResourceReadError',
      'Error retrieving pull secrets: Secret "absent" not found',
      'Installation',
      'overlay',
      'spec.imagePullSecrets[2]',
    ],
  ])
  expect(withoutPullSecrets(asked, factsWith({ pullSecrets: ['gone', 'here', 'absent'].map(secret) }))).toEqual([])
})

test('images are waited for as far as keys need them, which all else needs', () => {
  const imageSet = (name: string, ...images: string[]): ImageSet => ({
    ...{ apiVersion: 'operator.tigera.io/v1', kind: 'ImageSet', metadata: { name } },
    spec: { images: images.map(image => ({ image, digest: `sha256:${'0'.repeat(64)}` })) },
  })
  const waits = (...imageSets: ImageSet[]) => {
    const facts = { imageSets, pools: [ipPool('a', { cidr: '10.0.0.0/16' })] }
    return unready(asking({}), factsWith(facts), decided({}, facts)).map(({ message }) => message)
  }
  expect(waits(imageSet(imageSetName, 'calico/key-cert-provisioner', 'tigera/operator'))).toEqual([])
  expect(waits(imageSet(imageSetName, 'calico/node'))).toEqual(['ImageSet did not contain image calico/key-cert-provisioner'])
  expect(waits(imageSet('calico-v3.0.0'))).toEqual([expect.stringContaining('none with the expected name')])
  expect(waits(imageSet('enterprise-v3.0.0'))).toEqual([])
})

test('a BGP layout without its key is no layout', () => {
  const layout = (data: Record<string, string>): ConfigMap => ({
    ...{ apiVersion: 'v1', kind: 'ConfigMap', data },
    metadata: { name: 'bgp-layout', namespace: 'tigera-operator' },
  })
  const waits = (bgpLayout: ConfigMap) => {
    const facts = { bgpLayout, pools: [ipPool('v4', { cidr: '10.0.0.0/16' })] }
    return unready(asking({}), factsWith(facts), decided({}, facts))
  }
  expect(waits(layout({}))).toMatchObject([{ reason: 'ResourceValidationError', object: { kind: 'ConfigMap', name: 'bgp-layout' } }])
  expect(waits(layout({ earlyNetworkConfiguration: '' }))).toEqual([])
})

test('Goldmane is waited for until its Service has an address', () => {
  const service = (clusterIP?: string): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'goldmane', namespace: 'calico-system' },
    spec: { ...(clusterIP && { clusterIP }) },
  })
  const waits = (goldmane: { service?: Service } | undefined) => {
    const facts = goldmane ? { goldmane } : {}
    return heldUp(decided({}, facts), factsWith(facts))[0]?.message
  }
  expect(waits(undefined)).toBeUndefined()
  expect(waits({})).toBe('Goldmane enabled, waiting for Service to receive an IP')
  expect(waits({ service: service() })).toBe('Goldmane enabled, waiting for Service to receive an IP')
  expect(waits({ service: service('10.96.0.5') })).toBeUndefined()
  expect(decided({}, { goldmane: { service: service('10.96.0.5') } }).goldmane).toEqual({ clusterIP: '10.96.0.5' })
})

test('fewer Linux nodes than Typhas are told, and their number stays as it is', () => {
  const nodes = { schedulable: 5, schedulableLinux: 2, evidence: {} }
  expect(withoutNodesForTypha(factsWith({ nodes }))?.message).toBe(
    'Failed to autoscale typha - not enough linux nodes to schedule typha pods on, require 3 and have 2',
  )
  const typha = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'calico-typha' }, spec: { replicas: 2 } } as Deployment
  expect([decided({}, { nodes }).typha.replicas, decided({}, { nodes, typha }).typha.replicas]).toEqual([1, 2])
  expect(withoutNodesForTypha(factsWith())).toBeUndefined()
  expect(decided({}, { nodes: { schedulable: 0, schedulableLinux: 0, evidence: {} } }).typha.replicas).toBe(1)
})
