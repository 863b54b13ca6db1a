import { expect, test } from 'vitest'
import { surroundingsOf } from '../../test/surroundings.ts'
import { recordedClusters } from '../../test/takeover/clusters.ts'
import type { KubeObject } from '../kube/objects.ts'
import { calico } from './calico.ts'
import { groundwork } from './groundwork.ts'

const cluster = recordedClusters().get('byo-certs')!
const is = (kind: string, name: string) => (object: KubeObject) => object.kind === kind && object.metadata.name === name

/** What either controller makes of a cluster. */
async function outcome(make: typeof calico | typeof groundwork, objects: readonly KubeObject[]) {
  const { reader, surroundings } = surroundingsOf(objects)
  const controller = make(surroundings)
  const found = await controller.read(reader)
  return controller.desired(found as never)
}

test("pods go on with what they trust while the user's authority for it cannot be read", async () => {
  const broken = cluster.map(object => (is('ConfigMap', 'typha-ca')(object) ? { ...object, data: { caBundle: 'lost' } } : object))
  await expect(outcome(calico, broken)).rejects.toThrow('data.caBundle: it holds no PEM certificate')
})

test('nothing is begun with a pair that peers would refuse, and what runs goes on', async () => {
  const nameless = cluster.map(object => {
    if (!is('Secret', 'node-certs')(object)) return object
    const { 'common-name': _, 'uri-san': __, ...data } = (object as KubeObject & { data: Record<string, string> }).data
    return { ...object, data }
  })
  const isNamespace = is('Namespace', 'calico-system')
  const empty = nameless.filter(object => !isNamespace(object))
  await expect(outcome(groundwork, empty)).rejects.toThrow('it says neither common-name nor uri-san')
  expect(await outcome(groundwork, nameless)).toMatchObject({ problems: [] })
  expect(
    await outcome(
      groundwork,
      cluster.filter(object => !isNamespace(object)),
    ),
  ).toMatchObject({ problems: [] })
})
