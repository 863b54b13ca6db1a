/**
 * Any Installation at random on a cluster in memory: what the API server takes either comes to rest with everything made, and then neither a second look nor another operator
 * writes anything, or is Degraded with the place. ANY_INSTALL_RUNS says how many; a failure prints its seed.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Installation } from '../../api/installation.ts'
import type { TigeraStatus } from '../../api/tigerastatus.ts'
import { Offline, operatorUser } from '../../src/cli/offline.ts'
import { ApiError } from '../../src/kube/errors.ts'
import { knownKeys } from '../keys.ts'
import { specOf } from '../specs.ts'
import { wishing } from './component-bed.ts'

const runs = Number(process.env.ANY_INSTALL_RUNS ?? 2)

const writes = new Set(['create', 'update', 'patch', 'delete'])

async function conditionsOf(cluster: Offline): Promise<string[]> {
  const statuses = (await cluster.does(user => user.list('operator.tigera.io/v1', 'tigerastatuses'))) as TigeraStatus[]
  return statuses.flatMap(({ metadata: { name }, status }) =>
    (status?.conditions ?? []).flatMap(({ type, status: is, message = '' }) =>
      type === 'Degraded' && is === 'True' ? `${name}: ${message}` : [],
    ),
  )
}

/** Undefined when the API server does not take it; the refusal says why. */
async function clusterOf(installation: object, mode: 'v1' | 'v3') {
  try {
    return await wishing({ installation }, mode)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    expect(error.body.message).toMatch(/spec/)
    return undefined
  }
}

test('any Installation comes to rest, and stays there', { timeout: 60_000 + runs * 10_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('v1', 'v3'), specOf(Installation.definition.spec.json, { strange: 0 }), async (mode, spec) => {
      const from = await clusterOf(spec, mode)
      if (!from) return
      const cluster = new Offline({ keys: knownKeys(), from })
      try {
        await cluster.start()
        expect(await cluster.rest()).toBe(true)
        const wrong = await conditionsOf(cluster)
        expect(wrong.filter(text => text.includes('cannot write'))).toEqual([])
        const count = cluster.sandbox.requests.all.length
        await cluster.start()
        await cluster.rest()
        const again = cluster.sandbox.requests.all
          .slice(count)
          .filter(({ user, verb, resource }) => user === operatorUser && writes.has(verb) && resource !== 'tigerastatuses')
        expect(again.map(({ verb, resource, name }) => `${verb} ${resource} ${name}`)).toEqual([])
        expect(await conditionsOf(cluster)).toEqual(wrong)
      } finally {
        cluster.close()
      }
    }),
    { numRuns: runs },
  )
})
