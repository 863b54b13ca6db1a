/** OpenAPI v3 documents of what is served: enough for `kubectl apply`, `diff` and `explain`. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3 */

import { createHash } from 'node:crypto'
import { isMap } from '../kube/objects.ts'
import { metadataSchema, type SchemaNode } from '../kube/schema.ts'
import type { Answer } from './call.ts'
import type { Served } from './served.ts'
import type { Server } from './server.ts'

/** Undefined for paths that are none of these documents. */
export function openApiOf(server: Server, path: string): Answer | undefined {
  if (path !== '/openapi/v3' && !path.startsWith('/openapi/v3/')) return undefined
  const name = path.slice('/openapi/v3/'.length)
  const versions = versionsOf(server)
  if (name === '')
    return {
      status: 200,
      body: { paths: Object.fromEntries([...versions].map(([key, served]) => [key, { serverRelativeURL: addressOf(key, served) }])) },
    }
  const served = versions.get(name)
  return served && { status: 200, body: documentOf(served) }
}

/** `api/v1`, `apis/apps/v1` → the resources there. */
function versionsOf({ catalogue }: Server): Map<string, Served[]> {
  return Map.groupBy(catalogue.all, ({ group, apiVersion }) => (group ? `apis/${apiVersion}` : `api/${apiVersion}`))
}

/** Clients keep documents by their hash. */
function addressOf(key: string, served: Served[]): string {
  const facts = served.map(({ kind, custom }) => [kind, custom?.version.schema])
  const hash = createHash('sha256').update(JSON.stringify(facts)).digest('hex').toUpperCase()
  return `/openapi/v3/${key}?hash=${hash}`
}

const documents = new WeakMap<Served, { of: Served[]; document: object }>()

/** One document for each set of resources; they are the same objects as long as nothing changes. */
function documentOf(served: Served[]): object {
  const known = documents.get(served[0]!)
  if (known && known.of.length === served.length && known.of.every((each, index) => each === served[index])) return known.document
  const schemas: Record<string, object> = {}
  const paths: Record<string, object> = {}
  for (const each of served) {
    schemas[schemaName(each)] = { ...kindSchema(each, schemas), 'x-kubernetes-group-version-kind': [kindOf(each)] }
    paths[pathOf(each)] = pathItem(each)
  }
  const document = { openapi: '3.0.0', info: { title: 'Kubernetes', version: served[0]!.version }, paths, components: { schemas } }
  documents.set(served[0]!, { of: served, document })
  return document
}

const kindOf = ({ group, version, kind }: Served) => ({ group, version, kind })

/** Names have the group backwards, as packages of Java have. */
const schemaName = ({ group, version, kind, schema, custom }: Served): string =>
  custom || !schema?.name ? [...group.split('.').reverse(), version, kind].join('.') : schema.name

const pathOf = ({ group, apiVersion, plural, namespaced }: Served): string =>
  `${group ? '/apis' : '/api'}/${apiVersion}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}/{name}`

/** Clients look here whether the server judges unknown fields itself. */
function pathItem(served: Served): object {
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation'].map(name => ({ name, in: 'query', schema: { type: 'string' } }))
  const operation = (action: string, more: object[] = parameters) => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kindOf(served),
    parameters: more,
    responses: { 200: { description: 'OK' } },
  })
  return { get: operation('get', []), put: operation('put'), patch: operation('patch'), delete: operation('delete') }
}

function kindSchema({ custom, schema }: Served, schemas: Record<string, object>): object {
  if (custom) return customSchema(custom.version.schema?.openAPIV3Schema ?? {}, schemas)
  return schema ? objectSchema(schema, schemas) : { type: 'object' }
}

/** As the definition has it, with what every object has. */
function customSchema(schema: object, schemas: Record<string, object>): object {
  const { properties, ...rest } = schema as { properties?: object }
  const metadata = reference(metadataSchema(), schemas)
  return {
    type: 'object',
    ...rest,
    properties: { ...properties, apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata },
  }
}

function objectSchema({ fields = {}, required }: SchemaNode, schemas: Record<string, object>): object {
  const properties = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldSchema(field, schemas)]))
  return { type: 'object', properties, ...(required?.length && { required }) }
}

function fieldSchema(node: SchemaNode, schemas: Record<string, object>): object {
  const facts = {
    ...(node.patchStrategy !== undefined && { 'x-kubernetes-patch-strategy': node.patchStrategy }),
    ...(node.mergeKey !== undefined && { 'x-kubernetes-patch-merge-key': node.mergeKey }),
    ...(node.atomic && { 'x-kubernetes-map-type': 'atomic' }),
    ...(node.default !== undefined && !isMap(node.default) && { default: node.default }),
  }
  switch (node.type) {
    case 'object':
      return { ...facts, ...reference(node, schemas) }
    case 'map':
      return { type: 'object', additionalProperties: fieldSchema(node.values!, schemas), ...facts }
    case 'list':
      return {
        type: 'array',
        items: fieldSchema(node.items!, schemas),
        'x-kubernetes-list-type': node.list,
        ...(node.keys && { 'x-kubernetes-list-map-keys': node.keys }),
        ...facts,
      }
    default:
      return { ...scalars[node.type], ...(node.format !== undefined && { format: node.format }), ...facts }
  }
}

const scalars: Partial<Record<SchemaNode['type'], object>> = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  quantity: { type: 'string' },
  'int-or-string': { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  bytes: { type: 'string', format: 'byte' },
  'date-time': { type: 'string', format: 'date-time' },
}

/** A type is written down once; some of them have themselves inside. */
function reference(node: SchemaNode, schemas: Record<string, object>): object {
  const { name } = node
  if (!name) return objectSchema(node, schemas)
  if (!schemas[name]) {
    schemas[name] = {}
    schemas[name] = objectSchema(node, schemas)
  }
  return { allOf: [{ $ref: `#/components/schemas/${name}` }] }
}
