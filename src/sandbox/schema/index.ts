/** What the API server makes of an object before it is stored: defaults, pruning, and everything that is wrong with it. Keeps nothing, and never reads the store. */
import type { KubeObject } from '../../kube/objects.ts'
import { builtinSchema, metadataSchema } from '../../kube/schema.ts'
import type { Status } from '../../kube/transport.ts'
import { applyDefaults } from './builtin/defaults.ts'
import { rememberPrepared } from './builtin/prepared.ts'
import { Malformed, read } from './builtin/read.ts'
import { checkBuiltin } from './builtin/rules.ts'
import { store } from './builtin/storage.ts'
import { applyStrategy, countFromZero } from './builtin/strategy.ts'
import type { VersionSchema } from './crd.ts'
import { checkEmbedded } from './embedded.ts'
import { badRequest, type FieldError, invalid, invalidStatus } from './field-errors.ts'
import { checkMetadata, checkMetadataUpdate, finalizerWarnings } from './metadata.ts'
import { dnsSubdomain } from './names.ts'
import { checkRules } from './rules.ts'
import { shape } from './shape.ts'
import { duplicates } from './uniqueness.ts'
import { validate } from './validate.ts'

export { compileVersion, establish, type VersionSchema } from './crd.ts'
export { bodyOf, type FieldError, invalidStatus } from './field-errors.ts'

export interface Context {
  /** A version of a custom resource, from `compileVersion`, or a built-in kind. */
  schema: VersionSchema | { apiVersion: string; kind: string }
  operation: 'create' | 'update'
  /** `status`: only metadata and status are judged, the rest being the stored object's. */
  subresource?: 'status'
  /** What to do about unknown fields; the server's default is Warn. */
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore'
}

export interface Admission {
  /** As it is to be stored, once nothing is wrong with it. Shares nothing that is changed with the one given. */
  object: KubeObject
  errors: FieldError[]
  warnings: string[]
  /** What makes it no object of its kind at all, whatever its fields say: the server answers 400. */
  malformed?: string
}

/**
 * Defaults, prunes and judges an object. The metadata that the server sets (uid, generation and so on) must be there already on updates.
 * Dropping the status of an object written through its main resource, and allocating addresses, are the store's business.
 */
export function admit(object: KubeObject, old: KubeObject | undefined, context: Context): Admission {
  const prepared = prepare(object, context)
  if (prepared.malformed !== undefined) return prepared
  if (!isVersion(context.schema)) applyStrategy(prepared.object, old)
  const { errors, warnings } = check(prepared.object, old, context)
  return { object: prepared.object, errors, warnings: [...prepared.warnings, ...warnings] }
}

/** The first half of `admit`: what is done before mutating admission. */
export function prepare(object: KubeObject, { schema, fieldValidation = 'Warn' }: Pick<Context, 'schema' | 'fieldValidation'>): Admission {
  try {
    const { value, unknown } = isVersion(schema) ? prepareCustom(object, schema) : prepareBuiltin(object, schema)
    const said = fieldValidation === 'Ignore' ? [] : unknown.map(path => `unknown field ${JSON.stringify(path)}`)
    if (said.length === 0 || fieldValidation === 'Warn') return { object: value, errors: [], warnings: said }
    return { object, errors: [], warnings: [], malformed: `strict decoding error: ${said.join(', ')}` }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return { object, errors: [], warnings: [], malformed: error.message }
  }
}

/** The second half of `admit`: everything that is wrong with an object that has been prepared. Changes nothing. */
export function check(object: KubeObject, old: KubeObject | undefined, context: Context): Pick<Admission, 'errors' | 'warnings'> {
  const before = context.operation === 'update' ? old : undefined
  const { schema } = context
  const found = isVersion(schema)
    ? checkCustom(object, before, { schema, status: context.subresource === 'status' })
    : { errors: checkBuiltin(object, before, context.subresource), warnings: [] }
  return { errors: found.errors, warnings: [...finalizerWarnings(object, before), ...found.warnings] }
}

/** The answer to a request whose object was not admitted; undefined when it was. */
export function refusalOf(
  { object, errors, malformed }: Admission,
  { apiVersion, kind }: { apiVersion: string; kind: string },
): Status | undefined {
  if (malformed !== undefined) {
    const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
    return badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${malformed}`)
  }
  return errors.length > 0 ? invalidStatus(errors, { apiVersion, kind, name: object.metadata?.name ?? '' }) : undefined
}

const isVersion = (schema: Context['schema']): schema is VersionSchema => 'root' in schema

interface Prepared {
  value: KubeObject
  unknown: string[]
}

function prepareBuiltin(object: KubeObject, { apiVersion, kind }: { apiVersion: string; kind: string }): Prepared {
  const schema = builtinSchema(apiVersion, kind)
  if (!schema) throw new Error(`${apiVersion} ${kind} is no built-in kind`)
  const { value, unknown } = read(object, schema)
  applyDefaults(value, schema)
  store(value, schema)
  rememberPrepared(value, schema)
  countFromZero(value as unknown as KubeObject)
  return { value: value as unknown as KubeObject, unknown }
}

function prepareCustom(object: KubeObject, { root }: VersionSchema): Prepared {
  const metadata = read(object.metadata ?? {}, metadataSchema())
  store(metadata.value, metadataSchema())
  const { value, unknown } = shape({ ...object, metadata: metadata.value }, root)
  return { value: value as KubeObject, unknown: [...metadata.unknown.map(path => `metadata.${path}`), ...unknown] }
}

interface Custom {
  schema: VersionSchema
  status: boolean
}

function checkCustom(
  object: KubeObject,
  old: KubeObject | undefined,
  { schema, status }: Custom,
): { errors: FieldError[]; warnings: string[] } {
  const { apiVersion, kind, namespaced, root } = schema
  if (object.kind !== kind) return { errors: [invalid('kind', object.kind, `must be ${kind}`)], warnings: [] }
  if (object.apiVersion !== apiVersion) return { errors: [invalid('apiVersion', object.apiVersion, `must be ${apiVersion}`)], warnings: [] }
  const errors = [
    ...(old ? checkMetadataUpdate(object, old) : checkMetadata(object, { namespaced, name: dnsSubdomain })),
    ...(status ? checkStatus(object, old, schema) : validate(root, { value: object, old, path: '' })),
    ...checkEmbedded(root, object),
    ...(old && duplicates(root, old).length > 0 ? [] : duplicates(root, object)),
  ]
  if (errors.some(({ type }) => blocking.has(type)) && schema.rules) return { errors: [...errors, unchecked], warnings: [] }
  const rules = checkRules(root, object, old)
  return { errors: [...errors, ...rules.errors], warnings: rules.warnings }
}

function checkStatus(object: KubeObject, old: KubeObject | undefined, { root }: VersionSchema): FieldError[] {
  const node = root.property('status')
  const [value, before] = [Reflect.get(object, 'status'), old && Reflect.get(old, 'status')]
  return node && value !== undefined ? validate(node, { value, old: before, path: '' }, 'status') : []
}

/** Errors after which CEL could not be trusted, so that the rules are not asked. */
const blocking = new Set([
  'FieldValueRequired',
  'FieldValueNotSupported',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])
const unchecked = invalid(
  '',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
)
