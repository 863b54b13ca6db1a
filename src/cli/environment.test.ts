import { expect, test } from 'vitest'
import { clusterDomain, endpointOf, identity, kubernetesVersion, systemRoots } from './environment.ts'

const folder = '/var/run/secrets/kubernetes.io/serviceaccount'
const nothing = () => undefined
const files = (texts: Record<string, string>) => (path: string) => texts[path]
const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`

test('without anything said, the names are those of the reference', () => {
  expect(identity({}, nothing)).toEqual({ namespace: 'tigera-operator', name: 'tigera-operator', serviceAccount: 'tigera-operator' })
})

test('a pod knows its namespace and its service account', () => {
  const read = files({ [`${folder}/namespace`]: 'calico\n', [`${folder}/token`]: token({ sub: 'system:serviceaccount:calico:keeper' }) })
  expect(identity({}, read)).toEqual({ namespace: 'calico', name: 'tigera-operator', serviceAccount: 'keeper' })
})

test('variables go before files, and empty ones count as none', () => {
  const read = files({ [`${folder}/namespace`]: 'calico' })
  expect(identity({ OPERATOR_NAMESPACE: 'mine', OPERATOR_NAME: 'op', OPERATOR_SERVICEACCOUNT: 'sa' }, read)).toEqual({
    namespace: 'mine',
    name: 'op',
    serviceAccount: 'sa',
  })
  expect(identity({ OPERATOR_NAMESPACE: '', OPERATOR_NAME: '' }, read)).toMatchObject({ namespace: 'calico', name: 'tigera-operator' })
})

test.each(['', 'a.b.c', token({ sub: 'jane' }), token({}), token([])])('a token that is of no service account says nothing: %s', text => {
  expect(identity({}, files({ [`${folder}/token`]: text })).serviceAccount).toBe('tigera-operator')
})

test.each([
  ['search calico.svc.example.org svc.example.org example.org', 'example.org'],
  ['search svc.one.org\nsearch svc.two.org.', 'two.org'],
  ['nameserver 10.96.0.10\noptions ndots:5', 'cluster.local'],
  ['# search svc.comment.org\nsearch office.org', 'cluster.local'],
  ['', 'cluster.local'],
])('the domain of the cluster in %j is %s', (text, domain) => expect(clusterDomain(text)).toBe(domain))

test('the system roots are in the first of the usual files that is there', () => {
  expect(systemRoots(files({ '/etc/ssl/cert.pem': 'last', '/etc/pki/tls/cacert.pem': 'first' }))).toBe('first')
  expect(systemRoots(nothing)).toBe('')
})

test.each([
  ['v1.35.4', 1, 35],
  ['v1.30.2-eks-1552ad0', 1, 30],
  ['1.29+', 1, 29],
  ['devel', 1, 18],
  [undefined, 1, 18],
])('%s is Kubernetes %i.%i', (text, major, minor) => expect(kubernetesVersion(text)).toEqual({ major, minor }))

test('the endpoint is known when host and port are', () => {
  expect(endpointOf({ KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' })).toEqual({ host: '10.96.0.1', port: '443' })
  expect(endpointOf({ KUBERNETES_SERVICE_HOST: '10.96.0.1' })).toBeUndefined()
})
