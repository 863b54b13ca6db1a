/** PATCH with a configuration to apply: creates what is not there. https://kubernetes.io/docs/reference/using-api/server-side-apply/ */

import { parse } from 'yaml'
import { isMap } from '../../kube/objects.ts'
import type { SchemaNode } from '../../kube/schema.ts'
import { type Answer, aboutResource, type Call } from '../call.ts'
import { decode } from '../codec.ts'
import { checkName, inNamespace } from '../meta.ts'
import type { Item } from '../objects.ts'
import { appliedTo } from '../ownership.ts'
import { badRequest, conflict, notFound } from '../refusals.ts'
import { now, type Server } from '../server.ts'
import { insert, replace, type Unshown } from '../write.ts'
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
  const decoded = decode(call, merged)
  const object = inNamespace(call.served.custom ? withNulls(decoded, merged, call.served.schema) : decoded, call)
  const unshown = call.served.custom && left(merged.metadata, decoded.metadata)
  if (old) return { status: 200, body: replace(server, call, { object, old, unshown }) }
  refuseTerminating(call, object)
  return { status: 201, body: insert(server, call, { object, unshown }) }
}

/** What is in the first of two, and not in the other. */
function left(merged: object, decoded: object): Unshown | undefined {
  const rest = Object.entries(merged).filter(([name]) => !(name in decoded))
  return rest.length > 0 ? Object.fromEntries(rest) : undefined
}

/** Nulls that an apply brings into a custom resource are judged where no default takes their place; elsewhere they are as good as absent. */
function withNulls<T>(decoded: T, merged: unknown, schema: SchemaNode | undefined): T {
  if (!schema || !isMap(merged) || !isMap(decoded)) return decoded
  let result: Record<string, unknown> & T = decoded
  for (const [name, value] of Object.entries(merged)) {
    const field = fieldOf(schema, name)
    if (name === 'metadata' || !field) continue
    const kept = value === null && !(name in decoded) ? null : withNulls(decoded[name], value, field)
    if (kept !== decoded[name]) result = { ...result, [name]: kept }
  }
  return result
}

const fieldOf = ({ fields, values }: SchemaNode, name: string): SchemaNode | undefined =>
  (fields && Object.hasOwn(fields, name) ? fields[name] : undefined) ?? values

/** The body, as JSON or YAML. */
function configuration({ body }: Call): Item {
  const value = typeof body === 'string' ? fromText(body) : body
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
