/** Keys and certificates over the years: renewed in time and once, never lost, and never told to anybody. */

import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { KubeObject } from '../../src/kube/objects.ts'
import type { Request, Transport } from '../../src/kube/transport.ts'
import { sentence } from '../../src/reconcile/problems.ts'
import { Bed, inWords, type Operating } from './loop-bed.ts'
import { inSystem, installation, installationRef, secretRef, validatingWebhook } from './objects.ts'
import { recorded } from './switching.ts'
import { Skew } from './trouble.ts'

const day = 86_400_000
const leaves = ['node-certs', 'typha-certs', 'typha-certs-noncluster-host']
const typha = inSystem('apps/v1', 'Deployment', 'calico-typha')
const workloads = [typha, inSystem('apps/v1', 'DaemonSet', 'calico-node')]

async function certificateOf(bed: Bed, name: string, namespace?: string): Promise<X509Certificate> {
  const { data = {} } = (await bed.live(secretRef(name, namespace)))!
  return new X509Certificate(Buffer.from(data['tls.crt']!, 'base64'))
}

test('leaves are renewed by the running operator thirty days before they end, each once, with one rollout of Typha', async () => {
  const bed = await Bed.of()
  const skew = new Skew()
  const { faults } = await bed.installed({}, { clock: skew.clock })
  const before: X509Certificate[] = []
  for (const name of leaves) before.push(await certificateOf(bed, name))
  const authority = await certificateOf(bed, 'tigera-ca-private')
  const generation = (await bed.live(typha))!.metadata.generation!
  const started = bed.clock.now()
  // A day and a little before they are due.
  skew.ms = 825 * day - 30 * day - 1.5 * day
  await bed.time.pass(day)
  expect(bed.writes({ since: started + 1 }).map(inWords)).toEqual([])
  const due = bed.clock.now()
  await bed.time.pass(day)
  await bed.becomesReady()
  for (const [index, name] of leaves.entries()) {
    const certificate = await certificateOf(bed, name)
    expect(certificate.serialNumber).not.toBe(before[index]!.serialNumber)
    expect(certificate.publicKey.equals(before[index]!.publicKey)).toBe(false)
    expect(certificate.checkIssued(authority)).toBe(true)
    expect(certificate.raw.equals((await certificateOf(bed, name, 'calico-system')).raw)).toBe(true)
  }
  expect((await certificateOf(bed, 'tigera-ca-private')).raw.equals(authority.raw)).toBe(true)
  // Nothing of calico-node says which certificate it has (spec/installation-render.md): only Typha starts anew.
  expect((await bed.live(typha))!.metadata.generation).toBe(generation + 1)
  const written = bed
    .writes({ since: due })
    .filter(({ subresource }) => !subresource)
    .map(({ name }) => name!)
  // Those beside the operator were created, and not applied, lest they take the place of the user's: so the first change of them is two writes.
  expect(written.toSorted()).toEqual([...leaves, ...leaves, ...leaves, 'calico-typha'].toSorted())
  expect(written.findLastIndex(name => leaves.includes(name))).toBeLessThan(written.findIndex(name => name.startsWith('calico-')))
  expect(faults).toEqual([])
})

test('an operator that was away for years renews what ended meanwhile', async () => {
  const bed = await Bed.of()
  const { operator } = await bed.installed()
  const before = await certificateOf(bed, 'typha-certs')
  operator.stop()
  const skew = new Skew()
  skew.ms = 1000 * day
  bed.operate({ clock: skew.clock })
  await bed.becomesReady()
  const after = await certificateOf(bed, 'typha-certs')
  expect(after.serialNumber).not.toBe(before.serialNumber)
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' }, Degraded: { status: 'False' } })
})

test('a Secret that somebody deletes is made anew, and its pods start with the new one', async () => {
  const bed = await Bed.of()
  await bed.installed()
  const before = await certificateOf(bed, 'typha-certs')
  await bed.deletes(secretRef('typha-certs'))
  await bed.becomesReady()
  const after = await certificateOf(bed, 'typha-certs')
  expect(after.serialNumber).not.toBe(before.serialNumber)
  expect(after.raw.equals((await certificateOf(bed, 'typha-certs', 'calico-system')).raw)).toBe(true)
})

test('no pod starts with a certificate that the cluster does not have', async () => {
  const bed = await Bed.of()
  let refuses = true
  const isRefused = ({ method, body }: Request) => method !== 'GET' && (body as KubeObject | undefined)?.metadata.name === 'typha-certs'
  const refusal = { status: 403, headers: {}, body: { kind: 'Status', status: 'Failure', reason: 'Forbidden', message: 'no', code: 403 } }
  const through = (transport: Transport): Transport => ({
    watch: request => transport.watch(request),
    close: () => transport.close(),
    request: async request => (refuses && isRefused(request) ? refusal : transport.request(request)),
  })
  await bed.creates(installation())
  bed.operate({ through })
  await bed.time.pass(120_000)
  for (const ref of workloads) expect(await bed.live(ref), ref.name).toBeUndefined()
  // What mounts none of them is there.
  expect(await bed.live(inSystem('apps/v1', 'Deployment', 'calico-kube-controllers'))).toBeDefined()
  expect((await bed.status())!.Degraded).toMatchObject({
    status: 'True',
    message: expect.stringMatching(/^Secret .*typha-certs: cannot write/),
  })
  refuses = false
  await bed.time.pass(100_000)
  await bed.becomesReady()
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' } })
  // The key made at first, and no other, is the one that was stored.
  expect(bed.writes().filter(({ name, effect }) => effect && name === 'typha-certs').length).toBe(2)
})

test("a user's certificate that is not valid yet is told, never replaced, and used from the day on which it is valid", async () => {
  const bed = await Bed.of()
  const brought = recorded('byo-certs').filter(({ metadata: { name } }) => ['typha-certs', 'node-certs', 'typha-ca'].includes(name))
  await bed.creates(...brought, installation())
  const skew = new Skew()
  bed.operate({ clock: skew.clock })
  await bed.rests()
  expect((await bed.status())!.Degraded).toMatchObject({
    status: 'True',
    reason: 'CertificateError',
    message: expect.stringMatching(
      /^Secret tigera-operator\/node-certs: its certificate is not valid before 2026-11-21T07:06:26Z\. Put .*\nSecret tigera-operator\/typha-certs/,
    ),
  })
  const before = (await bed.live(secretRef('typha-certs')))!.metadata.resourceVersion
  skew.ms = Date.parse('2026-11-21T00:00:00Z') - bed.clock.now()
  await bed.time.pass(day)
  await bed.becomesReady()
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' }, Degraded: { status: 'False' } })
  expect((await bed.live(secretRef('typha-certs')))!.metadata.resourceVersion).toBe(before)
  expect((await certificateOf(bed, 'typha-certs', 'calico-system')).issuer).toBe('CN=example-test-ca')
})

/** All that people and machines may come to see. */
async function allTexts(bed: Bed, { reports, news, faults }: Operating): Promise<string> {
  const told = reports.flatMap(({ outcome, stopped, enacted }) => [
    ...[...(outcome?.problems ?? []), ...(stopped?.problems ?? []), ...(enacted?.problems ?? [])].map(sentence),
    ...[...(outcome?.warnings ?? []), ...(outcome?.awaited ?? []), ...(enacted?.waiting ?? [])],
  ])
  const statuses = [...(await bed.list('operator.tigera.io/v1', 'tigerastatuses')), (await bed.live(installationRef))!]
  const thrown = faults.map(({ error }) => `${(error as Error).stack} ${JSON.stringify(error)}`)
  return [...told, ...news.map(({ message }) => message), ...thrown, JSON.stringify(statuses)].join('\n')
}

test('no key is ever told, not even when a webhook shouts it', async () => {
  const bed = await Bed.of()
  await bed.creates(webhook)
  bed.sandbox.answerWebhook('default/shouting', request => ({
    allowed: false,
    status: { code: 400, message: `no: ${JSON.stringify(request)}` },
  }))
  await bed.creates(installation())
  const operating = bed.operate()
  await bed.time.pass(200_000)
  const texts = await allTexts(bed, operating)
  expect(texts).toMatch(/Secret tigera-operator\/tigera-ca-private: cannot write: .*shouting\.example\.com/)
  const keys = readFileSync(new URL('../testdata/keys.pem', import.meta.url), 'utf8')
  for (const line of keys.split('\n').filter(each => each.length > 20 && !each.startsWith('-----'))) {
    expect(texts).not.toContain(line)
    expect(texts).not.toContain(Buffer.from(line).toString('base64').slice(4, 40))
  }
  expect(texts).not.toContain('PRIVATE KEY')
})

const webhook = validatingWebhook('shouting', { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['secrets'] })

const managed = recorded('certificate-management').find(({ kind }) => kind === 'Installation') as KubeObject & {
  spec: { certificateManagement: object }
}

const request = (name: string, app = 'calico-system'): KubeObject => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name, labels: { 'k8s-app': app } },
  ...{ spec: { request: Buffer.from(csr).toString('base64'), signerName: 'example.com/signer', usages: ['digital signature'] } },
})
const csr = '-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n'

test('requests of our pods that nobody has answered are named until somebody has, and those of others are not', async () => {
  const bed = await Bed.of()
  const { certificateManagement } = managed.spec
  await bed.installed({ certificateManagement })
  await bed.creates(request('node-abc'), request('kubelet', 'kubelet'))
  await bed.time.pass(3_000)
  expect((await bed.status())!.Progressing).toMatchObject({
    status: 'True',
    message: expect.stringMatching(/^Waiting on CertificateSigningRequest\(s\) to be approved and signed: node-abc \(since .*Z\)$/),
  })
  await bed.deletes({ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', name: 'node-abc' })
  await bed.time.pass(3_000)
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' }, Progressing: { status: 'False' } })
})

test('with certificate management our keys go, and with its end they come anew', async () => {
  const bed = await Bed.of()
  await bed.installed()
  const { certificateManagement } = managed.spec
  await bed.changes(installationRef, { spec: { certificateManagement } })
  await bed.becomesReady()
  for (const name of ['tigera-ca-private', ...leaves]) expect(await bed.live(secretRef(name)), name).toBeUndefined()
  const creator = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', name: 'calico-node:csr-creator' }
  expect(await bed.live(creator)).toBeDefined()
  await bed.changes(installationRef, { spec: { certificateManagement: null } })
  await bed.becomesReady()
  for (const name of ['tigera-ca-private', ...leaves]) expect(await bed.live(secretRef(name)), name).toBeDefined()
  expect(await bed.live(creator)).toBeUndefined()
  expect(await bed.status()).toMatchObject({ Available: { status: 'True' } })
})
