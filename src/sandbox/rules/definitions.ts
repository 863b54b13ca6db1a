/** CustomResourceDefinitions: which versions may hold stored objects is written down with each change. */
import type { DefinitionVersion } from '../definition.ts'
import { at, put } from '../fields.ts'
import type { Item } from '../objects.ts'
import type { Preparation } from './preparation.ts'

export const definition: Preparation = {
  create: object => withStored(object, []),
  update: (object, old) => withStored(object, (at(old, ['status', 'storedVersions']) ?? []) as string[]),
}

function withStored(object: Item, known: string[]): Item {
  const versions = (at(object, ['spec', 'versions']) ?? []) as DefinitionVersion[]
  const stored = versions.filter(({ storage }) => storage).map(({ name }) => name)
  return put(object, ['status', 'storedVersions'], [...new Set([...known, ...stored])])
}
