/** What an operator would want of a whole cluster: real objects, without anything that the server had filled in. */
import { allKinds } from '../../api/index.ts'
import { canonical } from '../../src/kube/canonical.ts'
import { Kinds } from '../../src/kube/client.ts'
import { serverDefault } from '../../src/kube/defaults.ts'
import { childOf } from '../../src/kube/fieldset.ts'
import { isMap, type KubeObject } from '../../src/kube/objects.ts'
import { builtinSchema, type SchemaNode, structuralSchema } from '../../src/kube/schema.ts'
import { recordedClusters } from '../takeover/clusters.ts'

const custom = new Map(allKinds.map(kind => [`${kind.apiVersion}/${kind.kind}`, structuralSchema(kind.schema)]))

export const schemaOf = (apiVersion: string, kind: string): SchemaNode | undefined =>
  builtinSchema(apiVersion, kind) ?? custom.get(`${apiVersion}/${kind}`)

export const kinds = (): Kinds => {
  const known = new Kinds()
  known.register(...allKinds)
  return known
}

export interface WantedOptions {
  /** Of which recorded cluster. */
  scenario: string
  /** Its field manager. */
  writer: string
}

/** Objects that the recorded writer had made, namespaces first, canonical and without defaults. */
export function wantedObjects({ scenario, writer }: WantedOptions): KubeObject[] {
  const made = (recordedClusters().get(scenario) ?? []).filter(({ metadata }) =>
    metadata.managedFields?.some(({ manager, operation, subresource }) => manager === writer && operation === 'Update' && !subresource),
  )
  const homes = new Set(made.flatMap(({ metadata }) => metadata.namespace ?? []))
  for (const { kind, metadata } of made) if (kind === 'Namespace') homes.delete(metadata.name)
  const missing = [...homes].map((name): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { a: 'b' } } }))
  return [...missing, ...made]
    .filter(({ apiVersion }) => !apiVersion.startsWith('operator.tigera.io/'))
    .map(object => {
      const schema = schemaOf(object.apiVersion, object.kind)
      return canonical(harmless(withoutDefaults(canonical(object, schema), schema) as KubeObject), schema)
    })
    .sort((a, b) => Number(b.kind === 'Namespace') - Number(a.kind === 'Namespace'))
}

/** Takes out whatever the server would put there by itself, so that its defaulting is met at its worst. */
function withoutDefaults(value: unknown, schema: SchemaNode | undefined): unknown {
  if (Array.isArray(value)) return value.map(item => withoutDefaults(item, schema?.items))
  if (!isMap(value)) return value
  const kept = Object.entries(value).filter(
    ([name, inside]) => JSON.stringify(serverDefault(schema, name, value)) !== JSON.stringify(inside),
  )
  return Object.fromEntries(kept.map(([name, inside]) => [name, withoutDefaults(inside, childOf(schema, name))]))
}

/** Webhooks that nobody answers must not be asked about the others. */
function harmless(object: KubeObject): KubeObject {
  if (!object.kind.endsWith('WebhookConfiguration')) return object
  return JSON.parse(JSON.stringify(object).replaceAll('"projectcalico.org"', '"nobody.example"')) as KubeObject
}
