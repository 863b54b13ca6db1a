import { expect, test } from 'vitest'
import type { KubeObject } from './objects.ts'
import { releasing } from './release.ts'

const live = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'd', resourceVersion: '7', uid: 'u', finalizers: ['example.com/ours', 'example.com/theirs'] },
  spec: { template: { spec: { nodeSelector: { 'example.com/off': 'true', os: 'linux' } } } },
} as KubeObject
const ours = ['operator']
const off = ['spec', 'template', 'spec', 'nodeSelector', 'example.com/off']
const on = ['spec', 'template', 'spec', 'nodeSelector', 'os']

test('finalizers and fields go in one patch that holds for this version of the object only', () => {
  expect(releasing(live, { finalizers: ['example.com/ours'], fields: [off, on] }, ours)).toEqual({
    metadata: { finalizers: ['example.com/theirs'], resourceVersion: '7', uid: 'u' },
    spec: { template: { spec: { nodeSelector: { 'example.com/off': null, os: null } } } },
  })
})

test('what is not there is not asked for, so that nothing is written for it', () => {
  expect(releasing(live, { finalizers: ['example.com/other'], fields: [['spec', 'selector', 'a']] }, ours)).toBeUndefined()
  expect(releasing(live, { fields: [off, ['spec', 'none']] }, ours)).toEqual({
    metadata: { resourceVersion: '7', uid: 'u' },
    spec: { template: { spec: { nodeSelector: { 'example.com/off': null } } } },
  })
})

test('what only ours may have set is left where the record has somebody else for it', () => {
  const by = (manager: string, fieldsV1: object) =>
    ({ ...live, metadata: { ...live.metadata, managedFields: [{ manager, operation: 'Update', fieldsV1 }] } }) as KubeObject
  const selector = { 'f:spec': { 'f:template': { 'f:spec': { 'f:nodeSelector': {} } } } }
  const only = { fields: [off], ours: true }
  expect(releasing(by('operator', selector), only, ours)).toBeDefined()
  expect(releasing(by('kubectl', selector), only, ours)).toBeUndefined()
  expect(releasing(by('operator', { 'f:spec': { 'f:updateStrategy': {} } }), only, ours)).toBeUndefined()
})
