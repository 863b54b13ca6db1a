import { expect, test } from 'vitest'
import type { InstallationSpec } from '../../../api/installation.ts'
import { decided } from '../../installation/testdata/asked.ts'
import type { Secret } from '../../kube/kinds.ts'
import { namespaces } from './namespaces.ts'

const labels = (spec: InstallationSpec) => namespaces(decided(spec))[0]!.metadata.labels

test('calico-system admits the pods that program nodes', () => {
  expect(labels({})).toEqual({
    name: 'calico-system',
    'pod-security.kubernetes.io/enforce': 'privileged',
    'pod-security.kubernetes.io/enforce-version': 'latest',
  })
})

test('providers leave it alone where they would otherwise govern it', () => {
  expect(labels({ kubernetesProvider: 'AKS' })).toMatchObject({ 'control-plane': 'true' })
  expect(labels({ kubernetesProvider: 'AKS', azure: { policyMode: 'Manual' } })).not.toHaveProperty('control-plane')
  const [openShift] = namespaces(decided({ kubernetesProvider: 'OpenShift' }))
  expect(openShift!.metadata).toMatchObject({
    labels: { 'openshift.io/run-level': '0' },
    annotations: { 'openshift.io/node-selector': '' },
  })
})

test('pull secrets are copied with their type and data, and nothing else of them', () => {
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'pull', namespace: 'tigera-operator', labels: { of: 'the user' }, uid: 'u' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': 'e30=' },
  }
  expect(namespaces({ ...decided({}), pullSecrets: [secret] }).at(-1)).toEqual({
    ...secret,
    metadata: { name: 'pull', namespace: 'calico-system' },
  })
})

test('the operator may read secrets there, by the name it has', () => {
  const operator = { namespace: 'ops', name: 'calico-operator', serviceAccount: 'calico' }
  expect(namespaces({ ...decided({}), operator })[1]).toMatchObject({
    kind: 'RoleBinding',
    roleRef: { kind: 'ClusterRole', name: 'tigera-operator-secrets' },
    subjects: [{ kind: 'ServiceAccount', name: 'calico', namespace: 'ops' }],
  })
})
