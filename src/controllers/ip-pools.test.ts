import { describe, expect, test } from 'vitest'
import { surroundingsOf } from '../../test/surroundings.ts'
import { recordedClusters } from '../../test/takeover/clusters.ts'
import type { IPPool } from '../installation/kinds.ts'
import type { KubeObject } from '../kube/objects.ts'
import { Waiting } from '../reconcile/problems.ts'
import { ipPools } from './ip-pools.ts'

/** A cluster with an aggregated API server. */
const cluster = recordedClusters().get('default-v1crd')!

interface Setup {
  /** Of the APIServer; `none`: there is no APIServer. */
  state: 'Ready' | 'starting' | 'none'
  pools?: (pool: IPPool) => IPPool | undefined
  listed?: object[]
}

/** What is wanted of pools, as `apiVersion name`, or what holds it up. */
async function outcome({ state, pools = pool => pool, listed }: Setup) {
  const objects = cluster.flatMap((object): KubeObject[] => {
    if (object.kind === 'IPPool') return [pools(object as IPPool) ?? []].flat()
    if (object.kind === 'APIServer')
      return state === 'none' ? [] : [{ ...object, status: state === 'Ready' ? { state } : {} } as KubeObject]
    if (object.kind === 'Installation' && listed) return [{ ...object, spec: { calicoNetwork: { ipPools: listed } } } as KubeObject]
    return [object]
  })
  const { reader, surroundings } = surroundingsOf(objects)
  const controller = ipPools(surroundings)
  try {
    const { objects: wanted = [], remove = [], release = [] } = controller.desired((await controller.read(reader))!)
    return { wanted: wanted.map(one => ('kind' in one ? one : one.object) as IPPool), remove, release: [release].flat() }
  } catch (error) {
    if (error instanceof Waiting) return error.problems.map(({ message }) => message)
    throw error
  }
}

const none = () => undefined
const listed = [{ name: 'other', cidr: '10.0.0.0/16' }]

describe('where an API server checks what is written of pools', () => {
  test('they are written through it once it is there', async () => {
    expect(await outcome({ state: 'Ready' })).toMatchObject({
      wanted: [{ apiVersion: 'projectcalico.org/v3', metadata: { name: 'default-ipv4-ippool' } }],
    })
    expect(await outcome({ state: 'Ready', pools: none })).toMatchObject({ wanted: [{ apiVersion: 'projectcalico.org/v3' }] })
  })

  test('the first ones are made before it, since its pods need addresses, and left to it to complete', async () => {
    const bare = expect.not.objectContaining({ allowedUses: expect.anything() })
    expect(await outcome({ state: 'starting', pools: none })).toMatchObject({
      wanted: [{ apiVersion: 'crd.projectcalico.org/v1', spec: bare }],
    })
    expect(await outcome({ state: 'none', pools: none })).toMatchObject({ wanted: [{ spec: { allowedUses: ['Workload', 'Tunnel'] } }] })
  })

  test('those that are there and as wanted need nothing without it', async () => {
    expect(await outcome({ state: 'starting' })).toEqual({ wanted: [], remove: [], release: [] })
  })

  test('what a pool of ours is to be without is taken off it, whoever has set it', async () => {
    const taken = async (...pools: object[]) => {
      const found = await outcome({ state: 'Ready', listed: pools })
      return 'release' in found ? found.release.map(({ ref, fields }) => [ref.name, fields]) : found
    }
    const [cidr, name] = ['192.168.0.0/16', 'default-ipv4-ippool']
    expect(await taken({ cidr })).toEqual([])
    const fields = [
      ['spec', 'ipipMode'],
      ['spec', 'natOutgoing'],
    ]
    expect(await taken({ cidr, natOutgoing: 'Disabled', encapsulation: 'None' })).toEqual([[name, fields]])
  })

  test('others are neither changed nor taken away without it', async () => {
    expect(await outcome({ state: 'starting', listed })).toEqual([
      'Unable to modify IP pools while Calico API server is unavailable',
      'Unable to delete IP pools while Calico API server is unavailable',
    ])
    expect(await outcome({ state: 'Ready', listed })).toMatchObject({
      remove: [{ apiVersion: 'projectcalico.org/v3', name: 'default-ipv4-ippool' }],
    })
  })
})
