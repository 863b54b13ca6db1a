import { expect, test } from 'vitest'
import { surroundingsOf } from '../../test/surroundings.ts'
import { recordedClusters } from '../../test/takeover/clusters.ts'
import { calico } from './calico.ts'

test("pods go on with what they trust while the user's authority for it cannot be read", async () => {
  const cluster = recordedClusters()
    .get('byo-certs')!
    .map(object =>
      object.kind === 'ConfigMap' && object.metadata.name === 'typha-ca' ? { ...object, data: { caBundle: 'lost' } } : object,
    )
  const { reader, surroundings } = surroundingsOf(cluster)
  const controller = calico(surroundings)
  const found = await controller.read(reader)
  expect(() => controller.desired(found!)).toThrow('data.caBundle: it holds no PEM certificate')
})
