/** Resources under names that nobody answers to: they say so themselves. */
import { expect, test } from 'vitest'
import { operatorUser } from '../../src/cli/offline.ts'
import type { KubeObject } from '../../src/kube/objects.ts'
import { conditionsOf, operate, smallCluster } from './small.ts'

const apiVersion = 'operator.tigera.io/v1'
const named = (kind: string, name: string): KubeObject => ({ apiVersion, kind, metadata: { name } })

test('what has a name that nobody answers to says so itself, and nothing is made for it', async () => {
  const cluster = await smallCluster([
    named('Installation', 'default'),
    named('Installation', 'tigera-secure'),
    named('ManagementClusterConnection', 'default'),
    named('ManagementClusterConnection', 'tigera-secure'),
  ])
  await operate(cluster)
  const told = async (plural: string) =>
    Object.fromEntries(
      Object.entries(await conditionsOf(cluster, plural)).map(([name, { Degraded }]) => [
        name,
        Degraded?.status === 'True' ? Degraded.message : undefined,
      ]),
    )
  expect((await told('installations'))['tigera-secure']).toMatch(/only the one named default counts/)
  const connections = await told('managementclusterconnections')
  expect(connections.default).toMatch(/^metadata.name: nothing is done for it.*Create it anew under the name tigera-secure/)
  expect(connections['tigera-secure']).not.toMatch(/nothing is done/)
  const writes = () => cluster.sandbox.requests.writes(operatorUser).filter(({ resource }) => resource !== 'leases')
  const counted = writes().length
  await cluster.time.pass(600_000)
  expect(writes().slice(counted)).toEqual([])
})
