/** PATCH with a configuration to apply: creates what is not there. https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
import { parse } from 'yaml'
import type { SchemaNode } from '../../kube/schema.ts'
import { type Answer, aboutResource, type Call } from '../call.ts'
import { decode, refuseInvalid } from '../codec.ts'
import { checkName, inNamespace } from '../meta.ts'
import { type Item, isMap, jsonCopy } from '../objects.ts'
import { appliedTo } from '../ownership.ts'
import { badRequest, conflict, notFound } from '../refusals.ts'
import type { FieldError } from '../schema/index.ts'
import { now, type Server } from '../server.ts'
import { insert, replace } from '../write.ts'
import { refuseTerminating } from './create.ts'
import { stored } from './update.ts'

/** Throws Refusal. */
export function apply(server: Server, call: Call): Answer {
  const old = stored(server, call)
  const sent = configuration(call)
  checkKind(call, sent)
  if (!old && call.subresource) throw notFound(aboutResource(call))
  if (!old && sent.metadata?.uid) {
    throw conflict(
      aboutResource(call),
      `uid mismatch: the provided object specified uid ${sent.metadata.uid}, and no existing object was found`,
    )
  }
  if (isMap(sent.metadata) && 'managedFields' in sent.metadata && sent.metadata.managedFields !== null) {
    throw badRequest('metadata.managedFields must be nil')
  }
  checkName(sent, call)
  const merged = appliedTo(call, { applied: sent, old }, { catalogue: server.catalogue, now: now(server) })
  const decoded = decode(call, merged, old)
  refuseInvalid(call, decoded, lostNulls(merged, decoded, { schema: call.served.custom && call.served.schema, path: '' }))
  const object = inNamespace(decoded, call)
  if (old) return { status: 200, body: replace(server, call, { object, old }) }
  refuseTerminating(call, object)
  return { status: 201, body: insert(server, call, object) }
}

/** Nulls of custom resources are invalid where an apply brings them and no default takes their place; elsewhere they are as good as absent. */
function lostNulls(merged: unknown, decoded: unknown, { schema, path }: { schema: SchemaNode | undefined; path: string }): FieldError[] {
  if (!schema || !isMap(merged) || !isMap(decoded)) return []
  const names = Object.keys(merged).filter(name => path !== '' || name !== 'metadata')
  return names.flatMap(name => {
    const field = fieldOf(schema, name)
    const at = path ? `${path}.${name}` : name
    return merged[name] === null && !(name in decoded) && field
      ? [nullError(at, field)]
      : lostNulls(merged[name], decoded[name], { schema: field, path: at })
  })
}

const fieldOf = ({ fields, values }: SchemaNode, name: string): SchemaNode | undefined =>
  (fields && Object.hasOwn(fields, name) ? fields[name] : undefined) ?? values

const jsonNames: Partial<Record<SchemaNode['type'], string>> = { list: 'array', map: 'object' }

function nullError(field: string, { type }: SchemaNode): FieldError {
  return {
    type: 'FieldValueTypeInvalid',
    field,
    value: 'null',
    detail: `${field} in body must be of type ${jsonNames[type] ?? type}: "null"`,
  }
}

/** The body, as JSON or YAML. */
function configuration({ body }: Call): Item {
  const value = typeof body === 'string' ? fromText(body) : jsonCopy(body)
  if (!isMap(value)) {
    const form = Array.isArray(value) ? 'array' : typeof value
    throw badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${form} into Go value of type map[string]interface {}`,
    )
  }
  return value as unknown as Item
}

function fromText(text: string): unknown {
  try {
    return parse(text, { version: '1.1' })
  } catch (error) {
    throw badRequest(`error decoding YAML: error converting YAML to JSON: yaml: ${(error as Error).message}`)
  }
}

function checkKind({ served }: Call, { apiVersion = '', kind = '' }: Item): void {
  if (apiVersion === served.apiVersion && kind === served.kind) return
  const group = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
  throw badRequest(`invalid object type: ${group}, Kind=${kind}`)
}
