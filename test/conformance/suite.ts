/** What an API server does, case by case: the same expectations of the sandbox and of a real one. */
import { afterAll, beforeAll, describe, test } from 'vitest'
import { aggregation } from './aggregation.ts'
import { applying } from './applying.ts'
import { Bed, type Cluster, type It } from './bed.ts'
import { creating } from './creating.ts'
import { customResources } from './custom-resources.ts'
import { deleting } from './deleting.ts'
import { discovery } from './discovery.ts'
import { dryRuns } from './dry-runs.ts'
import { garbage } from './garbage.ts'
import { itemwise } from './itemwise.ts'
import { listing } from './listing.ts'
import { namespaces } from './namespaces.ts'
import { ownership } from './ownership.ts'
import { patching } from './patching.ts'
import { refusals } from './refusals.ts'
import { selecting } from './selecting.ts'
import { services } from './services.ts'
import { statuses } from './statuses.ts'
import { strategic } from './strategic.ts'
import { updating } from './updating.ts'
import { watching } from './watching.ts'

const subjects: Record<string, (it: It) => void> = {
  'creating objects': creating,
  'updating objects': updating,
  'patching objects': patching,
  'strategic merge patches': strategic,
  'server-side apply': applying,
  'who owns which field': ownership,
  'lists that merge': itemwise,
  'dry runs': dryRuns,
  'deleting objects': deleting,
  'owners and dependents': garbage,
  namespaces,
  lists: listing,
  selectors: selecting,
  watches: watching,
  'custom resources': customResources,
  status: statuses,
  services,
  'refusals, word by word': refusals,
  discovery,
  APIServices: aggregation,
}

export function conformance(start: () => Promise<Cluster>): void {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await start()
  })
  afterAll(() => cluster?.close())

  const it: It = (title, run) =>
    test(title, async () => {
      const bed = new Bed(cluster)
      try {
        await run(bed)
      } finally {
        await bed.close()
      }
    })
  for (const [subject, define] of Object.entries(subjects)) describe(subject, () => define(it))
}
