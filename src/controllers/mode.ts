/** In which API group a cluster keeps Calico's own resources. Decided once, before anything is watched; the decision says what told so. */
import { DatastoreMigration } from '../../api/datastore-migration.ts'
import type { Mode } from '../../api/index.ts'
import type { Client } from '../kube/client.ts'
import { isNotFound } from '../kube/errors.ts'
import { groupOf } from '../kube/objects.ts'

export interface ModeEvidence {
  /** CALICO_API_GROUP. */
  asked?: string
  /** Phases of all DatastoreMigrations. */
  migrations: readonly string[]
  /** The API groups that are served. */
  groups: readonly string[]
}

export interface ModeDecision {
  mode: Mode
  /** For people. */
  because: string
}

const newer = 'projectcalico.org'
const older = 'crd.projectcalico.org'
const migrated = ['Converged', 'Complete']

/** What was asked goes first, then a migration that has come over, then what is served; an empty cluster is of the older kind (spec/installation-controller.md §1.3 step 3). */
export function decideMode({ asked, migrations, groups }: ModeEvidence): ModeDecision {
  if (asked) return { mode: asked === `${newer}/v3` ? 'v3' : 'v1', because: `CALICO_API_GROUP is ${asked}` }
  const phase = migrations.find(each => migrated.includes(each))
  if (phase) return { mode: 'v3', because: `a DatastoreMigration is ${phase}` }
  if (groups.includes(older)) return { mode: 'v1', because: `${older} is served` }
  if (groups.includes(newer)) return { mode: 'v3', because: `${newer} is served and ${older} is not` }
  return { mode: 'v1', because: `neither ${newer} nor ${older} is served` }
}

/** Asks the server as little as it takes. Throws what the client throws. */
export async function readMode(client: Client, asked?: string): Promise<ModeDecision> {
  if (asked) return decideMode({ asked, migrations: [], groups: [] })
  const groups = await servedGroups(client)
  const migrations = groups.includes(groupOf(DatastoreMigration.apiVersion)) ? await phases(client) : []
  return decideMode({ migrations, groups })
}

async function servedGroups(client: Client): Promise<string[]> {
  const { groups = [] } = (await client.raw('/apis')) as { groups?: { name: string }[] }
  return groups.map(({ name }) => name)
}

/** None where the group is served in another version only. */
async function phases(client: Client): Promise<string[]> {
  try {
    const migrations = await client.list(DatastoreMigration)
    return migrations.flatMap(({ status }) => status?.phase ?? [])
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}
