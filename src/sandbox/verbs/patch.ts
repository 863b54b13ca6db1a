/** PATCH: part of an object, in one of four forms. https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply */
import { isMap } from '../../kube/objects.ts'
import { type Answer, aboutResource, type Call } from '../call.ts'
import { decode, patchBody } from '../codec.ts'
import { goText } from '../go-text.ts'
import { checkName, inNamespace } from '../meta.ts'
import type { Item } from '../objects.ts'
import { checkWriteOptions, isApply } from '../options.ts'
import { tracked } from '../ownership.ts'
import { badRequest, notFound, Refusal, refusal, unsupportedMedia } from '../refusals.ts'
import { invalidStatus } from '../schema/index.ts'
import { now, type Server } from '../server.ts'
import { replace } from '../write.ts'
import { apply } from './apply.ts'
import { jsonPatched } from './json-patch.ts'
import { mergePatched } from './merge-patch.ts'
import { strategicPatched } from './strategic.ts'
import { stored } from './update.ts'

/** Throws Refusal. */
export function patch(server: Server, call: Call): Answer {
  const patched = formOf(call)
  checkWriteOptions(call)
  if (isApply(call.contentType)) return apply(server, call)
  const old = stored(server, call)
  if (!old) throw notFound(aboutResource(call))
  const decoded = decodePatched(call, patched(old) as Item)
  checkName(decoded, call)
  const object = inNamespace(decoded, call)
  const owned = tracked(call, { object, old }, { catalogue: server.catalogue, now: now(server) })
  return { status: 200, body: replace(server, call, { object: owned, old }) }
}

/** A patch that makes no object of its kind is invalid itself. Throws Refusal. */
function decodePatched(call: Call, patched: Item): Item {
  const { served } = call
  if (served.custom) return decode(call, patched)
  try {
    return decode(call, { ...patched, apiVersion: patched.apiVersion ?? served.apiVersion, kind: patched.kind ?? served.kind })
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 400 || error.message.includes('strict decoding')) throw error
    const found = error.message.replace(/^.* cannot be handled as a \w+: /, '')
    const isStrategic = call.contentType.startsWith(strategic)
    const [value, detail] = isStrategic ? [goText(patchBody(call)), conversionText(found)] : [JSON.stringify(patched), found]
    const { details, ...body } = invalidStatus([{ type: 'FieldValueInvalid', field: 'patch', value, detail }], nameless)
    throw new Refusal(422, { ...body, details: { causes: details?.causes ?? [] } })
  }
}

const nameless = { apiVersion: '', kind: '', name: '' }

/** Strategic patches make Go values without writing them down; what does not fit is said in other words than of JSON. */
function conversionText(text: string): string {
  const [, from = '', to = ''] = /cannot unmarshal (\w+).* of type (.+)$/.exec(text) ?? []
  const found = { array: 'slice', object: 'map', number: 'int64' }[from] ?? from
  if (to.startsWith('map[')) return `cannot restore map from ${found}`
  if (to.startsWith('[]')) return `cannot restore slice from ${found}`
  if (to.includes('.')) return `cannot restore struct from: ${found}`
  return to === 'string' && found === 'int64' ? 'cannot convert int64 to string' : `unrecognized type: ${to}`
}

const strategic = 'application/strategic-merge-patch+json'
const customForms = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml']

/** What the patch makes of an object. Throws Refusal for forms that are not known here. */
function formOf(call: Call): (old: Item) => unknown {
  switch (call.contentType.split(';')[0]) {
    case 'application/merge-patch+json':
      return old => mergePatched(old, mapOf(call))
    case 'application/json-patch+json':
      return old => jsonPatched(old, patchBody(call))
    case strategic:
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
