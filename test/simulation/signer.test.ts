/** Requests to the operator's own signer get an answer; those to other signers, and those of other people, are none of its business. */
import { expect, test } from 'vitest'
import type { Installation } from '../../api/installation.ts'
import type { CertificateSigningRequest } from '../../src/kube/kinds.ts'
import type { KubeObject } from '../../src/kube/objects.ts'
import { installation, installationRef } from './objects.ts'
import { operate, smallCluster } from './small.ts'
import { recorded } from './switching.ts'

const [recordedInstallation] = recorded('certificate-management').filter(({ kind }) => kind === 'Installation') as [Installation]
const { certificateManagement } = recordedInstallation.spec!

const pem = '-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n'
function request(name: string, signerName: string, labels: Record<string, string>): KubeObject {
  const spec = { request: Buffer.from(pem).toString('base64'), signerName, usages: ['client auth'] }
  return { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name, labels }, spec } as KubeObject
}
const own = 'tigera.io/operator-signer'
const labelled = { 'operator.tigera.io/csr': '' }

test('what its own signer is asked for is denied with a reason while certificates are requested, and nothing else is touched', async () => {
  const cluster = await smallCluster([
    installation(),
    request('calico-node-prometheus-tls:pod-1', own, labelled),
    request('calico-node-prometheus-tls:pod-2', own, {}),
    request('node-certs:pod-3', 'example.com/signer', labelled),
  ])
  await operate(cluster)
  const conditions = async () => {
    const found = (await cluster.does(user =>
      user.list('certificates.k8s.io/v1', 'certificatesigningrequests'),
    )) as CertificateSigningRequest[]
    return Object.fromEntries(found.map(({ metadata, status }) => [metadata.name, status?.conditions ?? []]))
  }
  expect(Object.values(await conditions()).flat()).toEqual([])

  await cluster.does(user => user.mergePatch(installationRef, { spec: { certificateManagement } }))
  await cluster.rest()
  const answered = await conditions()
  expect(answered['calico-node-prometheus-tls:pod-1']).toMatchObject([
    { type: 'Denied', status: 'True', reason: 'NotSignedHere', message: expect.stringContaining('calico-node-prometheus-tls') },
  ])
  expect([answered['calico-node-prometheus-tls:pod-2'], answered['node-certs:pod-3']]).toEqual([[], []])
})
