/** Judges `needsWrite` by what a server makes of the same apply in a dry run: the only truth there is. */
import { canonical, Malformed } from '../../src/kube/canonical.ts'
import type { Client } from '../../src/kube/client.ts'
import { type Random, seeded } from '../../src/kube/clock.ts'
import { needsWrite, type Ownership } from '../../src/kube/compare.ts'
import { ApiError } from '../../src/kube/errors.ts'
import { entryOf, fieldSet, fieldsOf, inWords, missing, placeOf } from '../../src/kube/fieldset.ts'
import { describe, type KubeObject, refOf } from '../../src/kube/objects.ts'
import { fold } from '../../src/kube/takeover.ts'
import { mutated } from './mutations.ts'
import { schemaOf } from './objects.ts'

export interface Tally {
  seed: number
  judged: number
  /** Of these, truly to be written. */
  changes: number
  /** Refused by the server, or by `canonical` before it was asked: nothing to judge. */
  refused: number
  malformed: number
  /** Writes that change nothing but whose an empty value is: allowed, once. */
  ownerOnly: number
  /** Accepted writes after which another one would still be needed. */
  unsettled: string[]
  falsePositives: string[]
  falseNegatives: string[]
}

export interface Trial {
  /** As our field manager. */
  client: Client
  /** As somebody else's. */
  rival: Client
  objects: readonly KubeObject[]
  seed: number
  /** How many verdicts. */
  verdicts: number
}

/** What an apply alone makes of an object: it leaves to others what they have put beside it. */
const ours = (object: KubeObject): Ownership => ({
  schema: schemaOf(object.apiVersion, object.kind),
  manager: 'calico-operator',
  predecessors: [],
  whole: false,
})

/** Applies all objects, then changes the wanted ones, and now and then the live ones, and compares verdicts. */
export async function trial({ client, rival, objects, seed, verdicts }: Trial): Promise<Tally> {
  const random = seeded(seed)
  const tally: Tally = {
    seed,
    judged: 0,
    changes: 0,
    refused: 0,
    malformed: 0,
    ownerOnly: 0,
    unsettled: [],
    falsePositives: [],
    falseNegatives: [],
  }
  const beds: Bed[] = []
  for (const wanted of objects) beds.push({ wanted, live: await client.apply(wanted, { force: true }) })
  for (const bed of beds) await judge(bed.wanted, bed.live, { client, tally, what: ['as applied'] })
  while (tally.judged < verdicts) {
    const bed = beds[Math.floor(random() * beds.length)]!
    if (random() < 0.25) await disturb(bed, { client, rival, tally, random })
    else await vary(bed, { client, rival, tally, random })
  }
  return tally
}

interface Bed {
  wanted: KubeObject
  live: KubeObject
}

interface Tools {
  client: Client
  rival: Client
  tally: Tally
  random: Random
}

interface Told {
  client: Client
  tally: Tally
  /** What has happened, in words. */
  what: string[]
}

/** Something else is wanted of the same live object; sometimes it is then applied, so that ownership gets a history. */
async function vary(bed: Bed, { client, tally, random }: Tools): Promise<void> {
  const { schema } = ours(bed.wanted)
  const { object, what } = mutated(bed.wanted, schema, { random, times: 1 + Math.floor(random() * 3) })
  let wanted: KubeObject
  try {
    wanted = canonical(object, schema)
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    tally.malformed++
    return
  }
  const accepted = await judge(wanted, bed.live, { client, tally, what })
  if (!accepted || random() > 0.2) return
  bed.wanted = wanted
  await apply(bed, { client, tally, what })
}

/** An apply that empties a struct leaves it out, and only the next one puts the empty struct in: so the server may be asked twice, not more. */
async function apply(bed: Bed, { client, tally, what }: Told, how: Ownership = ours(bed.wanted)): Promise<void> {
  let left: ReturnType<typeof needsWrite>
  for (let times = 0; times < 2; times++) {
    try {
      bed.live = await client.apply(bed.wanted, { force: true })
    } catch (error) {
      // What the first one left out the second one puts in, and that may be refused.
      if (!(error instanceof ApiError) || times === 0) throw error
      tally.refused++
      return
    }
    left = needsWrite(bed.wanted, bed.live, how)
    if (!left) return
  }
  if (left) tally.unsettled.push(`seed ${tally.seed}: ${describe(refOf(bed.wanted))} ${left.path} (${left.why}) after ${what.join(', ')}`)
}

/** Somebody else changes the live object; then it is put right. */
async function disturb(bed: Bed, { client, rival, tally, random }: Tools): Promise<void> {
  const { schema } = ours(bed.wanted)
  const { object, what } = mutated(bed.live, schema, { random, times: 1 + Math.floor(random() * 2) })
  try {
    bed.live = await rival.replace(object)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    tally.refused++
    return
  }
  const story = ['live:', ...what]
  const accepted = await judge(bed.wanted, bed.live, { client, tally, what: story })
  if (accepted) await putRight(bed, { client, tally, what: story })
}

/** What was added goes too. Of an object of which nothing is wanted but its name nobody has a record, and the server begins one anew each time: there is none such. */
async function putRight(bed: Bed, told: Told): Promise<void> {
  const how = { ...ours(bed.wanted), whole: true }
  if (Object.keys(fieldSet(bed.wanted, how.schema)).length === 0) return apply(bed, told)
  const difference = needsWrite(bed.wanted, bed.live, how)
  const folded = difference && fold(bed.wanted, bed.live, { ...how, contentDiffers: difference.why !== 'not wanted' })
  try {
    if (folded) bed.live = await told.client.jsonPatch(refOf(bed.wanted), folded.patch)
    await apply(bed, told, how)
  } catch (error) {
    // Without what was added there may be too little for the server.
    if (!(error instanceof ApiError)) throw error
    told.tally.refused++
  }
}

/** False when the server refused the apply, so that there is no truth. */
async function judge(wanted: KubeObject, live: KubeObject, { client, tally, what }: Told): Promise<boolean> {
  let after: KubeObject
  try {
    after = await client.apply(wanted, { force: true, dryRun: true })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    tally.refused++
    return false
  }
  const verdict = needsWrite(wanted, live, ours(wanted))
  const changed = contentOf(after) !== contentOf(live)
  const lost = lostFields(live, after)
  tally.judged++
  const truth = changed || lost.length > 0
  if (truth) tally.changes++
  const story = () => `seed ${tally.seed}: ${describe(refOf(wanted))} after ${what.join(', ')}`
  if (truth && !verdict) tally.falseNegatives.push(`${story()}: ${changed ? difference(live, after) : `gives up ${lost.join(', ')}`}`)
  if (!truth && verdict && isOwnerOnly(wanted, after, verdict)) tally.ownerOnly++
  else if (!truth && verdict) tally.falsePositives.push(`${story()}: ${verdict.path} ${verdict.why}`)
  return true
}

/** An empty value that nobody owned is ours from now on: the one write that changes owners only. */
function isOwnerOnly(wanted: KubeObject, after: KubeObject, { steps, why }: { steps: readonly string[]; why: string }): boolean {
  const { value } = placeOf(wanted, ours(wanted).schema, steps)
  const empty =
    value === '' || value === 0 || value === false || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  return why === 'missing' && empty && !needsWrite(wanted, after, ours(wanted))
}

function lostFields(live: KubeObject, after: KubeObject): string[] {
  const fields = (object: KubeObject) => fieldsOf(entryOf(object, { manager: 'calico-operator', operation: 'Apply' })) ?? {}
  return [...missing(fields(live), fields(after))].map(inWords)
}

function contentOf(object: KubeObject): string {
  const { metadata, status: _, ...content } = object as KubeObject & { status?: unknown }
  const { managedFields: __, resourceVersion: ___, generation: ____, ...lasting } = metadata
  return JSON.stringify({ ...content, metadata: lasting })
}

/** The first place where two texts part, with a little of what stands there. */
function difference(one: KubeObject, other: KubeObject): string {
  const [a, b] = [contentOf(one), contentOf(other)]
  let at = 0
  while (a[at] === b[at]) at++
  return `…${a.slice(Math.max(0, at - 60), at + 60)}… becomes …${b.slice(Math.max(0, at - 20), at + 60)}…`
}
