/** Who else has set fields of an object, by its managedFields. Pure. */
import { additions, type Difference, equal, isOurs, type Ownership } from './compare.ts'
import { common, fieldSet, fieldsOf, has, inWords, missing, placeOf } from './fieldset.ts'
import { isMap, type KubeObject, type ManagedFieldsEntry } from './objects.ts'

const foreignTo = (live: KubeObject, how: Ownership): ManagedFieldsEntry[] =>
  (live.metadata.managedFields ?? []).filter(entry => (entry.subresource ?? '') === (how.subresource ?? '') && !isOurs(entry, how))

/** Other managers that have set fields to other values than we want, or that are not wanted at all: these are about to be replaced, or go. */
export function othersOf(wanted: KubeObject, live: KubeObject, how: Ownership): { manager: string; paths: string[] }[] {
  const set = fieldSet(wanted, how.schema)
  const added = additions(wanted, live, how)
  return foreignTo(live, how)
    .map(entry => {
      const shared = common(fieldsOf(entry) ?? {}, set)
      const paths = [...missing(shared, undefined)].filter(path => {
        const [mine, theirs] = [placeOf(wanted, how.schema, path), placeOf(live, how.schema, path)]
        return !isMap(mine.value) && !equal(mine.value, theirs.value, mine.schema)
      })
      const beside = added.flatMap(addition => (addition.entry === entry ? addition.paths : []))
      return { manager: entry.manager ?? '', paths: [...paths, ...beside].map(inWords) }
    })
    .filter(({ paths }) => paths.length > 0)
}

/** The manager that has set the field in question, else the one that wrote last: who to ask why. */
export function contester(live: KubeObject, { steps }: Difference, how: Ownership): string | undefined {
  const byTime = foreignTo(live, how).sort((a, b) => ((b.time ?? '') < (a.time ?? '') ? -1 : 1))
  return (byTime.find(entry => has(fieldsOf(entry), steps)) ?? byTime[0])?.manager
}
