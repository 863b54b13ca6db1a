/** Certificates and authorities that users bring in the place of the operator's are theirs: they outlive everything of ours. */
import { expect, test } from 'vitest'
import { pemOf, privateKey } from '../../src/certificates/certificate.ts'
import { signAuthority } from '../../src/certificates/sign.ts'
import { knownKeys } from '../keys.ts'
import { Bed } from './loop-bed.ts'
import { installationRef, secretRef } from './objects.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

async function gone(bed: Bed): Promise<void> {
  await bed.deletes(installationRef)
  await bed.time.pass(60_000)
  expect([await bed.live(installationRef), (await bed.status())?.Progressing?.message]).toEqual([undefined, undefined])
}

/** Signed by itself: an authority, and a pair of its own. */
async function selfSigned(now: number): Promise<Record<string, string>> {
  const { publicKey, privateKeyPem } = await knownKeys().generate()
  const request = { subject: 'example-authority', publicKey, now, days: 3650, serial: Uint8Array.of(7) }
  return { 'tls.crt': base64(pemOf(signAuthority(request, privateKey(privateKeyPem)))), 'tls.key': base64(privateKeyPem) }
}

test('a pair put over one that was issued is used, has no owner, and stays when all goes', async () => {
  const bed = await Bed.of()
  await bed.installed()
  const brought = { ...(await selfSigned(bed.clock.now())), 'common-name': base64('typha-server') }
  await bed.changes(secretRef('typha-certs'), { data: brought })
  await bed.becomesReady()
  const { data, metadata } = (await bed.live(secretRef('typha-certs')))!
  expect(data).toMatchObject(brought)
  expect([metadata.ownerReferences, metadata.labels]).toEqual([undefined, undefined])
  expect((await bed.live(secretRef('typha-certs', 'calico-system')))!.data).toMatchObject(brought)
  await gone(bed)
  expect((await bed.live(secretRef('typha-certs')))!.data).toMatchObject(brought)
  expect(await bed.live(secretRef('node-certs'))).toBeUndefined()
})

test('an authority that a user brought stays when others sign from now on, and when all goes', async () => {
  const bed = await Bed.of()
  const data = await selfSigned(bed.clock.now())
  const { kind, apiVersion, ...place } = secretRef('tigera-ca-private')
  await bed.creates({ apiVersion, kind, metadata: place, ...{ data } })
  await bed.installed()
  expect((await bed.live(secretRef('tigera-ca-private')))!.metadata.ownerReferences).toHaveLength(1)
  const copy = bed.copy(2)
  copy.operate()
  await copy.rests()
  await gone(copy)
  expect((await copy.live(secretRef('tigera-ca-private')))!.data).toEqual(data)
  const caCert = data['tls.crt']
  await bed.changes(installationRef, { spec: { certificateManagement: { caCert, signerName: 'example.com/signer' } } })
  await bed.rests()
  const left = (await bed.live(secretRef('tigera-ca-private')))!
  expect([left.data, left.metadata.ownerReferences]).toEqual([data, undefined])
  expect(await bed.live(secretRef('node-certs'))).toBeUndefined()
})

test('an authority of the operator goes when others sign from now on', async () => {
  const bed = await Bed.of()
  await bed.installed()
  const { 'tls.crt': caCert } = await selfSigned(bed.clock.now())
  await bed.changes(installationRef, { spec: { certificateManagement: { caCert, signerName: 'example.com/signer' } } })
  await bed.rests()
  expect(await bed.live(secretRef('tigera-ca-private'))).toBeUndefined()
})
