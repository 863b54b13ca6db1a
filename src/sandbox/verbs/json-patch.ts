/** JSON patches as the API server takes them: more lenient than RFC 6902 in one point, and silent about what was wrong. */

import { applyJsonPatch, type JsonPatch, PatchError } from '../../kube/jsonpatch.ts'
import { isMap } from '../../kube/objects.ts'
import { badRequest, refusal } from '../refusals.ts'

const most = 10_000

/** The document with all operations done, in their order. Throws Refusal. */
export function jsonPatched(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) {
    const form = isMap(patch) ? 'object' : typeof patch
    throw badRequest(`error decoding patch: json: cannot unmarshal ${form} into Go value of type []handlers.jsonPatchOp`)
  }
  if (patch.length > most) {
    const message = `The allowed maximum operations in a JSON patch is ${most}, got ${patch.length}`
    throw refusal(413, { reason: 'RequestEntityTooLarge', message })
  }
  try {
    return (patch as JsonPatch).reduce<unknown>((result, operation) => applyJsonPatch(result, [lenient(result, operation)]), document)
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    throw refusal(422, { reason: 'Invalid', message: 'the server rejected our request due to an error in our request', details: {} })
  }
}

/** Replacing what is not there adds it. */
function lenient(document: unknown, operation: JsonPatch[number]): JsonPatch[number] {
  if (operation?.op !== 'replace') return operation
  const names = operation.path
    .split('/')
    .slice(1)
    .map(name => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = names.pop()
  const parent = names.reduce<unknown>(
    (at, name) => (isMap(at) || Array.isArray(at) ? (at as Record<string, unknown>)[name] : undefined),
    document,
  )
  return last !== undefined && isMap(parent) && !Object.hasOwn(parent, last) ? { ...operation, op: 'add' } : operation
}
