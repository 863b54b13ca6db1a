/** The IP pools that the Installation lists, or that are decided for it. Pools of others, and pools that outlive it, are left alone. */

import { APIServer } from '../../api/apiserver.ts'
import { calicoKinds } from '../installation/kinds.ts'
import { contrary, foundPool } from '../installation/pools/convert.ts'
import { isAsWanted, type PoolChanges, poolChanges } from '../installation/pools/ownership.ts'
import { APIService } from '../kube/kinds.ts'
import type { ObjectRef } from '../kube/objects.ts'
import { defineController, type Outcome, type Reader, type Release, type Removal } from '../reconcile/controller.ts'
import { Invalid, type Problem, Waiting } from '../reconcile/problems.ts'
import { ipPools as rendered } from '../render/pools.ts'
import { type Decision, readAsked, readStanding } from './asked.ts'
import { isLocal, localApi } from './local-api.ts'
import type { Surroundings } from './surroundings.ts'

/** Who checks and completes what is written of pools, and frees addresses of those that go: CRDs of the newer group, or an API server, which may be there or be on its way. */
type Api = 'there' | 'to come' | 'none'

interface Found {
  decision: Decision
  api: Api
}

export const ipPools = ({ environment }: Surroundings) =>
  defineController<Found>({
    name: 'ippools',
    reports: 'ippools',

    async read(cluster) {
      const asked = await readAsked(cluster)
      if (!asked) return undefined
      const [decision, api] = await Promise.all([
        readStanding(cluster, environment, asked),
        environment.v3 ? ('there' as const) : readApi(cluster),
      ])
      return { decision, api }
    },

    desired({ decision, api }) {
      const { pools, asked, problems } = decision
      // Addresses of pods outlive the Installation, and so do the pools they are from.
      if (asked.base.metadata.deletionTimestamp) return {}
      if (!pools) throw new Invalid(problems)
      if (pools.problems.length > 0) throw new Invalid([...pools.problems, ...changesOf(decision).problems])
      return api === 'there' ? throughApi(decision) : behindIt(decision, api)
    },
  })

async function readApi(cluster: Reader): Promise<Api> {
  const [first, second, service] = await Promise.all([
    cluster.get(APIServer, 'default'),
    cluster.get(APIServer, 'tigera-secure'),
    cluster.get(APIService, localApi.name),
  ])
  const server = first ?? second
  if (!server) return 'none'
  // What CRDs of that name hold is not what calico-node reads.
  return server.status?.state === 'Ready' && !isLocal(service) ? 'there' : 'to come'
}

const changesOf = ({ facts, pools }: Pick<Decision, 'facts' | 'pools'>): PoolChanges =>
  poolChanges(pools?.pools, facts.pools.map(foundPool))

function throughApi({ facts, pools }: Decision): Outcome {
  const changes = changesOf({ facts, pools })
  const { apiVersion, kind } = calicoKinds(true).ipPool
  const refs = changes.remove.map((name): ObjectRef => ({ apiVersion, kind, name }))
  // Only of its own CRDs the API server tells who wrote them.
  const remove = facts.environment.v3 ? refs.map((ref): Removal => ({ ref, ours: foreign })) : refs
  const release = changes.apply.flatMap((pool): Release[] => {
    const live = facts.pools.find(({ metadata }) => metadata.name === pool.name)
    const fields = live ? contrary(pool, live).map(field => ['spec', field]) : []
    return live && fields.length > 0 ? [{ ref: { apiVersion, kind, name: live.metadata.name }, fields }] : []
  })
  return { objects: rendered(changes.apply.map(named), { v3: true }), remove, release, ...told(changes) }
}

/** A label can be copied; addresses of pods cannot be brought back. */
const foreign = 'is labelled as a pool of the operator, which did not make it, and no Installation asks for it: left as it is'

/** Without pools no pod ever runs, the API server's neither: so the first ones are made where it will look for them. No others are touched. */
function behindIt({ facts, pools }: Decision, api: Api): Outcome {
  const found = facts.pools.map(foundPool)
  const changes = poolChanges(pools?.pools, found)
  const { apply, remove, problems } = changes
  if (found.length === 0) return { objects: rendered(apply.map(named), { v3: false, unfinished: api === 'to come' }), ...told(changes) }
  const held = [
    ...(apply.every(pool => isAsWanted(pool, found)) ? [] : [unable('modify', api)]),
    ...(remove.length === 0 ? [] : [unable('delete', api)]),
  ]
  if (held.length > 0) throw new Waiting([...held, ...problems])
  return told(changes)
}

/** A pool of somebody else's serves as well as one of ours, so all is well with it. */
const told = ({ problems, foreign }: PoolChanges): Outcome => ({ problems: [...problems], warnings: [...foreign] })

const unable = (doing: string, api: Api): Problem => ({
  reason: 'ResourceNotReady',
  message: `Unable to ${doing} IP pools while Calico API server is unavailable`,
  remedy: api === 'none' ? 'Create an APIServer named default' : 'See TigeraStatus apiserver',
})

const named = <T extends { name?: string }>(pool: T): T & { name: string } => ({ ...pool, name: pool.name ?? '' })
