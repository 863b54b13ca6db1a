/** Resources under names that nobody answers to: they say so themselves. */
import { expect, test } from 'vitest'
import { ground } from '../../src/cli/ground.ts'
import { Offline, operatorUser } from '../../src/cli/offline.ts'
import type { KubeObject } from '../../src/kube/objects.ts'
import { knownKeys } from '../keys.ts'

const apiVersion = 'operator.tigera.io/v1'
const named = (kind: string, name: string): KubeObject => ({ apiVersion, kind, metadata: { name } })

interface Conditioned extends KubeObject {
  status?: { conditions?: { type: string; status: string; message: string }[] }
}

test('what has a name that nobody answers to says so itself, and nothing is made for it', async () => {
  const cluster = new Offline({ keys: knownKeys() })
  await cluster.furnish([
    ...ground('v3'),
    named('Installation', 'default'),
    named('Installation', 'tigera-secure'),
    named('ManagementClusterConnection', 'default'),
    named('ManagementClusterConnection', 'tigera-secure'),
  ])
  await cluster.start({ systemRoots: '' })
  await cluster.rest()
  const list = (plural: string) => cluster.does(user => user.list(apiVersion, plural)) as Promise<Conditioned[]>
  const messageOf = ({ status }: Conditioned) =>
    status?.conditions?.find(({ type, status: is }) => type === 'Degraded' && is === 'True')?.message
  const told = async (plural: string) => Object.fromEntries((await list(plural)).map(each => [each.metadata.name, messageOf(each)]))
  expect((await told('installations'))['tigera-secure']).toMatch(/only the one named default counts/)
  const connections = await told('managementclusterconnections')
  expect(connections.default).toMatch(/^metadata.name: nothing is done for it.*Create it anew under the name tigera-secure/)
  expect(connections['tigera-secure']).not.toMatch(/nothing is done/)
  const writes = () => cluster.sandbox.requests.writes(operatorUser).filter(({ resource }) => resource !== 'leases')
  const counted = writes().length
  await cluster.time.pass(600_000)
  expect(writes().slice(counted)).toEqual([])
  cluster.close()
})
