/** Reads what clients send, and gives objects the form in which the server keeps and shows them. Never stores anything. */
import { isMap } from '../kube/objects.ts'
import { builtinSchema } from '../kube/schema.ts'
import { aboutObject, type Call } from './call.ts'
import { freeze, type Item, jsonCopy } from './objects.ts'
import { badRequest, invalid, Refusal, unsupportedMedia } from './refusals.ts'
import { store } from './schema/builtin/storage.ts'
import { check, type FieldError, prepare, refusalOf } from './schema/index.ts'
import type { Served } from './served.ts'

const accepted = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

/** The body as an object of the kind in the path. Throws Refusal when it is none. */
export function sentObject(call: Call): Item {
  if (!accepted.includes(call.contentType)) throw unsupportedMedia(accepted)
  const complaint = `the object provided is unrecognized (must be of type ${call.served.kind}): couldn't get version/kind; json parse error: `
  const body = parsed(call.body ?? '', complaint)
  if (!isMap(body)) throw badRequest(`${complaint}${goKind(body)}`)
  return typed(body, call.served)
}

/** What is no text has come in as a copy. */
function parsed(body: unknown, complaint: string): unknown {
  if (typeof body !== 'string') return body
  try {
    return JSON.parse(body)
  } catch {
    throw badRequest(`${complaint}unexpected end of JSON input (${body || '<empty>'})`)
  }
}

const goKind = (value: unknown) =>
  `json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (${Buffer.from(JSON.stringify(value)).toString('hex')})`

/** Built-in kinds need not say what they are; custom resources must. */
function typed(body: Record<string, unknown>, served: Served): Item {
  if (served.custom) {
    if (!body.kind) {
      const text = JSON.stringify(body)
      throw badRequest(
        `the object provided is unrecognized (must be of type ${served.kind}): Object 'Kind' is missing in '${text}' (${text.length > 30 ? `${text.slice(0, 30)} ...` : text})`,
      )
    }
    if (body.apiVersion !== served.apiVersion) {
      throw badRequest(
        `the API version in the data (${String(body.apiVersion ?? '')}) does not match the expected API version (${served.apiVersion})`,
      )
    }
    return body as unknown as Item
  }
  const apiVersion = body.apiVersion || served.apiVersion
  const kind = body.kind || served.kind
  if (apiVersion !== served.apiVersion || kind !== served.kind) {
    throw badRequest(
      `${String(kind)} in version ${JSON.stringify(String(apiVersion))} cannot be handled as a ${served.kind}: ${otherKind(served, String(apiVersion), String(kind))}`,
    )
  }
  return { ...body, apiVersion, kind } as unknown as Item
}

const otherKind = (served: Served, apiVersion: string, kind: string) =>
  builtinSchema(apiVersion, kind)
    ? `converting (${apiVersion}.${kind}) to (${served.group || 'core'}.${served.kind}): unknown conversion`
    : `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`

/** Typed, pruned, with defaults, and without what is empty: as the server has it before anybody judges it. Throws Refusal. */
export function decode(call: Call, object: Item): Item {
  const { served } = call
  const whole = { ...object, metadata: object.metadata ?? {} } as Item
  const prepared = prepare(whole, { schema: schemaOf(served), fieldValidation: fieldValidation(call) })
  if (prepared.malformed !== undefined) throw new Refusal(400, refusalOf(prepared, served)!)
  call.warnings.push(...prepared.warnings)
  return prepared.object as Item
}

function fieldValidation({ query }: Call): 'Strict' | 'Warn' | 'Ignore' {
  const asked = query.fieldValidation
  return asked === 'Strict' || asked === 'Ignore' ? asked : 'Warn'
}

const schemaOf = (served: Served) => served.custom?.schema ?? { apiVersion: served.apiVersion, kind: served.kind }

/** Everything wrong with an object; nothing is thrown. */
export function problems(call: Call, object: Item, old: Item | undefined): FieldError[] {
  const { errors, warnings } = check(object, old, {
    schema: schemaOf(call.served),
    operation: old ? 'update' : 'create',
    ...(call.subresource === 'status' && { subresource: 'status' as const }),
  })
  if (errors.length === 0) call.warnings.push(...warnings.filter(warning => !call.warnings.includes(warning)))
  return old ? [...repeated(errors, call.served.custom !== undefined), ...errors] : errors
}

/** Metadata is looked at by what is common to all objects, and by the kind again; of custom resources, some of it a third time. */
function repeated(errors: FieldError[], isCustom: boolean): FieldError[] {
  const again = errors.filter(({ field }) => field.startsWith('metadata.'))
  return isCustom ? [...again, ...again.filter(({ field }) => /^metadata\.(labels|annotations|ownerReferences)/.test(field))] : again
}

export function refuseInvalid(call: Call, object: Item, errors: FieldError[]): void {
  if (errors.length > 0) throw invalid(errors, aboutObject(call, object))
}

const zeros = new WeakMap<Served, Item>()

/** What there is of an object before anything was said of it: structs that are always there. Nothing, of a custom resource. */
export function zeroObject(served: Served): Item {
  const known = zeros.get(served)
  if (known) return known
  const zero: Record<string, unknown> = {}
  if (served.schema && !served.custom) store(zero, served.schema)
  const object = freeze({ ...zero, apiVersion: served.apiVersion, kind: served.kind } as unknown as Item)
  zeros.set(served, object)
  return object
}

/** Any client's patch can be text. Throws Refusal. */
export function patchBody({ body }: Call): unknown {
  if (typeof body !== 'string') return jsonCopy(body)
  try {
    return JSON.parse(body)
  } catch {
    throw badRequest('error decoding patch: invalid JSON')
  }
}

const versioned = new WeakMap<Item, Map<string, Item>>()

/** An object in another version of the same structure. */
export function inVersion(object: Item, { apiVersion }: Pick<Served, 'apiVersion'>): Item {
  if (object.apiVersion === apiVersion) return object
  const forms = versioned.get(object) ?? new Map<string, Item>()
  versioned.set(object, forms)
  const form = forms.get(apiVersion) ?? freeze({ ...object, apiVersion })
  forms.set(apiVersion, form)
  return form
}
