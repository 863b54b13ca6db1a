import { expect, test } from 'vitest'
import {
  authorityWith,
  base64,
  born,
  issuerAt,
  operatorsData,
  secretOf,
  typhaOptions,
  usable,
  usersAuthorityPem,
  usersData,
} from '../../test/pairs.ts'
import { readerOf } from '../../test/reader.ts'
import type { Secret } from '../kube/kinds.ts'
import { managedAuthority } from './authority.ts'
import { requesterBindings, requesterRole } from './csr.ts'
import { pairOf, readKeys } from './read.ts'

const caCert = usersAuthorityPem
const management = { caCert: base64(caCert), signerName: 'example.com/signer', keyAlgorithm: 'ECDSAWithCurve256' as const }
const managed = usable(managedAuthority(management))

const read = (secrets: Secret[]) => readKeys(readerOf(secrets), issuerAt(born), typhaOptions(managed))

test('a pair of the operator’s gives way to one that the pod requests', async () => {
  const found = await read([secretOf(await operatorsData(await authorityWith()))])
  expect(found.objects).toEqual([])
  expect(found.remove.map(({ namespace }) => namespace)).toEqual(['tigera-operator', 'calico-system'])
  const pair = pairOf(found, 'typha-certs')
  expect(pair.volume).toEqual({ name: 'typha-certs', emptyDir: { medium: 'Memory' } })
  expect(pair.hash).toEqual({ 'tigera-operator.hash.operator.tigera.io/typha-certs': '' })
  expect(pair.commonName).toBe('typha-server')
  expect(found.entries['typha-certs']).toEqual({ namespace: 'tigera-operator', name: 'typha-certs', pem: caCert })
})

test('the pod’s first container requests it, in the predecessor’s words and order', async () => {
  const { initContainer } = pairOf(await read([]), 'typha-certs')
  const container = initContainer!({ namespace: 'calico-system', securityContext: { runAsUser: 10001 } })
  expect(container.env?.map(({ name, value, valueFrom }) => [name, value ?? valueFrom?.fieldRef?.fieldPath])).toEqual([
    ['CERTIFICATE_PATH', '/certs-share/'],
    ['SECRET_NAME', 'typha-certs'],
    ['SIGNER', 'example.com/signer'],
    ['COMMON_NAME', 'typha-server'],
    ['KEY_ALGORITHM', 'ECDSAWithCurve256'],
    ['SIGNATURE_ALGORITHM', ''],
    ['KEY_NAME', 'tls.key'],
    ['CERT_NAME', 'tls.crt'],
    ['CA_CERT_NAME', 'ca.crt'],
    ['CA_CERT', base64(caCert).replaceAll('+', '-').replaceAll('/', '_')],
    ['APP_NAME', 'calico-system'],
    ['DNS_NAMES', 'typha-server'],
    ['POD_IP', 'status.podIP'],
    ['POD_NAME', 'metadata.name'],
    ['POD_NAMESPACE', 'metadata.namespace'],
  ])
  expect(container).toMatchObject({ name: 'typha-certs-key-cert-provisioner', securityContext: { runAsUser: 10001 } })
})

test('the user’s own pair stays', async () => {
  const found = await read([secretOf(usersData)])
  expect(found.objects.map(({ metadata }) => metadata.namespace)).toEqual(['calico-system'])
  expect(found.remove).toEqual([])
})

test('a caCert that is no certificate is named as such', () => {
  expect(managedAuthority({ ...management, caCert: base64('hello') })).toEqual({
    wrong: 'spec.certificateManagement.caCert holds no PEM certificate that can be read',
  })
})

test('service accounts that request are bound to the role that lets them', () => {
  const { objects, remove } = requesterBindings('calico-system', ['calico-node', 'calico-typha'])
  expect(objects.map(({ metadata }) => metadata.name)).toEqual(['calico-node:csr-creator', 'calico-typha:csr-creator'])
  expect(objects[0]!.roleRef.name).toBe(requesterRole().metadata.name)
  expect(objects[0]!.subjects).toEqual([{ kind: 'ServiceAccount', name: 'calico-node', namespace: 'calico-system' }])
  expect(remove.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'ClusterRoleBinding calico-node:csr-creator',
    'ClusterRoleBinding calico-typha:csr-creator',
  ])
})
