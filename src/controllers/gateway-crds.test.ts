import { expect, test } from 'vitest'
import { neededDefinitions } from '../../api/gateway/definitions.ts'
import { surroundingsOf } from '../../test/surroundings.ts'
import { recordedClusters } from '../../test/takeover/clusters.ts'
import type { KubeObject } from '../kube/objects.ts'
import { gatewayCrds } from './gateway-crds.ts'

const cluster = recordedClusters().get('guardian-connected')!
const asking = { apiVersion: 'operator.tigera.io/v1', kind: 'GatewayAPI', metadata: { name: 'default' }, spec: {} } as KubeObject

async function kept(objects: readonly KubeObject[]): Promise<Set<string>> {
  const { reader, surroundings } = surroundingsOf(objects)
  const controller = gatewayCrds(surroundings)
  const { objects: wanted = [] } = controller.desired((await controller.read(reader))!)
  return new Set(wanted.map(each => ('object' in each ? each.object : each).metadata.name))
}

test('CRDs are kept, also while an Installation that Calico runs with has become invalid', async () => {
  const wrong = cluster.map(object => (object.kind === 'Installation' ? { ...object, spec: { calicoNetwork: { mtu: -1 } } } : object))
  expect([...(await kept([...cluster, asking]))]).toEqual(expect.arrayContaining([...neededDefinitions]))
  expect(await kept([...wrong, asking])).toEqual(await kept([...cluster, asking]))
})
