import { expect, test } from 'vitest'
import { surroundingsOf } from '../../test/surroundings.ts'
import type { KubeObject } from '../kube/objects.ts'
import { authority } from './authority.ts'

const version = 'operator.tigera.io/v1'
const installation: KubeObject = { apiVersion: version, kind: 'Installation', metadata: { name: 'default', uid: 'i' } }
const imageSet = (image: string) => ({
  ...{ apiVersion: version, kind: 'ImageSet', metadata: { name: 'calico-v3.32.1' } },
  spec: { images: [{ image, digest: `sha256:${'0'.repeat(64)}` }] },
})

async function desired(...objects: KubeObject[]) {
  const { reader, surroundings } = surroundingsOf(objects)
  const controller = authority(surroundings)
  const { objects: wanted = [], problems = [] } = controller.desired((await controller.read(reader))!)
  return { wanted: wanted.map(each => ('kind' in each ? each.kind : each.object.kind)), told: problems.map(({ message }) => message) }
}

test('there is no authority before it is known what pods would ask it for certificates with', async () => {
  expect(await desired(installation, imageSet('calico/key-cert-provisioner'))).toEqual({ wanted: ['Secret'], told: [] })
  const told = ['ImageSet did not contain image calico/key-cert-provisioner']
  expect(await desired(installation, imageSet('calico/node'))).toEqual({ wanted: [], told })
})
