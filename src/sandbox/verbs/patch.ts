/** PATCH: part of an object, in one of four forms. https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply */
import { mergePatch } from '../../kube/mergepatch.ts'
import { type Answer, aboutResource, type Call } from '../call.ts'
import { decode, patchBody } from '../codec.ts'
import { checkName, inNamespace } from '../meta.ts'
import { type Item, isMap } from '../objects.ts'
import { checkWriteOptions, isApply } from '../options.ts'
import { tracked } from '../ownership.ts'
import { badRequest, invalid, notFound, Refusal, refusal, unsupportedMedia } from '../refusals.ts'
import { now, type Server } from '../server.ts'
import { replace } from '../write.ts'
import { apply } from './apply.ts'
import { jsonPatched } from './json-patch.ts'
import { strategicPatched } from './strategic.ts'
import { stored } from './update.ts'

/** Throws Refusal. */
export function patch(server: Server, call: Call): Answer {
  const patched = formOf(call)
  checkWriteOptions(call)
  if (isApply(call.contentType)) return apply(server, call)
  const old = stored(server, call)
  if (!old) throw notFound(aboutResource(call))
  const decoded = decodePatched(call, patched(old) as Item, old)
  checkName(decoded, call)
  const object = inNamespace(decoded, call)
  const owned = tracked(call, { object, old }, { catalogue: server.catalogue, now: now(server) })
  return { status: 200, body: replace(server, call, { object: owned, old }) }
}

/** A patch that makes no object of its kind is invalid itself. Throws Refusal. */
function decodePatched(call: Call, patched: Item, old: Item): Item {
  try {
    return decode(call, patched, old)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 400 || call.served.custom || error.message.includes('strict decoding')) throw error
    const detail = error.message.replace(/^.* cannot be handled as a \w+: /, '')
    throw invalid([{ type: 'FieldValueInvalid', field: 'patch', value: JSON.stringify(patchBody(call)), detail }], {
      apiVersion: '',
      kind: '',
      name: '',
    })
  }
}

const customForms = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml']

/** What the patch makes of an object. Throws Refusal for forms that are not known here. */
function formOf(call: Call): (old: Item) => unknown {
  switch (call.contentType.split(';')[0]) {
    case 'application/merge-patch+json':
      return old => mergePatch(old, mapOf(call))
    case 'application/json-patch+json':
      return old => jsonPatched(old, patchBody(call))
    case 'application/strategic-merge-patch+json':
      if (call.served.custom) break
      return old => strategicPatched(old, mapOf(call), call.served.schema)
    case 'application/apply-patch+yaml':
    case 'application/apply-patch+cbor':
      return old => old
  }
  if (call.served.custom) throw unsupportedMedia(customForms)
  throw refusal(415, { reason: 'UnsupportedMediaType', message: '415: Unsupported Media Type', details: {} })
}

function mapOf(call: Call): Record<string, unknown> {
  const body = patchBody(call)
  if (!isMap(body)) {
    const form = Array.isArray(body) ? 'array' : typeof body
    throw badRequest(`error decoding patch: json: cannot unmarshal ${form} into Go value of type map[string]interface {}`)
  }
  return body
}
