/**
 * The CRDs of Gateway API and Envoy Gateway, where a GatewayAPI asks for these. They have no owner and are never taken away: with them would go what users made.
 * Many bring them: without a word from the user, those are kept that we made, and those of others are left to them (spec/gatewayapi-istio.md §2.3).
 */
import { type GatewayDefinition, neededDefinitions, readGatewayDefinitions } from '../../api/gateway/definitions.ts'
import { GatewayAPI } from '../../api/gatewayapi.ts'
import { defineController, type Wanted } from '../reconcile/controller.ts'
import { readAsked, readStanding } from './asked.ts'
import { readAsking } from './asking.ts'
import type { Surroundings } from './surroundings.ts'

type Management = 'Reconcile' | 'PreferExisting' | 'Unsaid'

/** How each is written. As a part, so that descriptions and what else somebody added stay. */
const manners: Record<Management, Partial<Wanted>> = {
  Reconcile: { part: true },
  PreferExisting: { createOnly: true },
  // The record of who wrote a definition is the server's own, and outlives any process.
  Unsaid: { part: true, yields: true },
}

interface Found {
  /** None before it is known what cluster this is. */
  definitions: readonly GatewayDefinition[]
  management?: Management
  /** The platform has CRDs of its own. */
  bringsOwn?: boolean
}

const serves = { kind: GatewayAPI, name: 'default', otherwise: 'tigera-secure' }

export function gatewayCrds({ environment }: Surroundings) {
  /** The same objects each time, so that they are compared once. */
  let reading: Promise<GatewayDefinition[]> | undefined
  return defineController<Found>({
    name: 'gatewayapi-crds',
    serves,
    reports: 'gatewayapi',

    async read(cluster) {
      const [heard, asked] = await Promise.all([readAsking(cluster, serves), readAsked(cluster)])
      if (!heard) return undefined
      const calico = asked && (await readStanding(cluster, environment, asked)).calico
      if (!calico) return { definitions: [] }
      reading ??= readGatewayDefinitions()
      return {
        definitions: await reading,
        management: heard.resource.spec?.crdManagement,
        bringsOwn: calico.provider.bringsGatewayApi,
      }
    },

    desired: ({ definitions, management = 'Unsaid', bringsOwn = false }) => ({
      objects: definitions.map(
        (object): Wanted => ({
          object,
          ...manners[management],
          ...(bringsOwn && !neededDefinitions.has(object.metadata.name) && { optional: true }),
        }),
      ),
    }),
  })
}
