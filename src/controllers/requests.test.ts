import { expect, test } from 'vitest'
import { readerOf } from '../../test/reader.ts'
import type { CertificateSigningRequest } from '../kube/kinds.ts'
import { readWaitingRequests } from './requests.ts'

const request = (name: string, app: string | undefined, status: object = {}) =>
  ({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name, ...(app && { labels: { 'k8s-app': app } }) },
    status,
  }) as CertificateSigningRequest
const requesting = { certificateManagement: { caCert: '', signerName: 'example.com/signer' } }
const signed = { certificate: 'x', conditions: [{ type: 'Approved', status: 'True' }] }
const approved = { conditions: [{ type: 'Approved', status: 'True' }] }

test('what nobody has approved, or signed, is named, of pods in our namespace alone', async () => {
  const reader = readerOf([
    request('new', 'calico-system'),
    request('approved', 'calico-system', approved),
    request('signed', 'calico-system', signed),
    request('kubelet', undefined),
    request('elsewhere', 'other'),
  ])
  expect(await readWaitingRequests(reader, requesting)).toEqual([
    'Waiting on CertificateSigningRequest(s) to be approved and signed: new, approved',
  ])
})

test('when all are answered nothing is said', async () => {
  expect(await readWaitingRequests(readerOf([request('signed', 'calico-system', signed)]), requesting)).toEqual([])
})

test('nobody waits where pods do not request their certificates', async () => {
  expect(await readWaitingRequests(readerOf([request('new', 'calico-system')]), {})).toEqual([])
})
