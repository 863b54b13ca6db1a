/**
 * Whatever is asked, in order or not, is made the same each time and taken by an API server, or refused with what is wrong where. All controllers look at clusters that an
 * operator once kept, in which one resource is another. ANY_SPEC_RUNS says how many; a failure prints its seed.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { APIServer } from '../api/apiserver.ts'
import { readGatewayDefinitions } from '../api/gateway/definitions.ts'
import { GatewayAPI } from '../api/gatewayapi.ts'
import { Goldmane } from '../api/goldmane.ts'
import { ImageSet } from '../api/imageset.ts'
import { crds } from '../api/index.ts'
import { Installation } from '../api/installation.ts'
import { Istio } from '../api/istio.ts'
import { ManagementClusterConnection } from '../api/managementclusterconnection.ts'
import type { AnyResource } from '../api/resource.ts'
import { IPPool } from '../api/v3/ip-pool.ts'
import { Whisker } from '../api/whisker.ts'
import type { CustomResourceDefinition } from '../src/kube/kinds.ts'
import { type KubeObject, keyOf, refOf } from '../src/kube/objects.ts'
import { builtinSchema, type SchemaNode, structuralSchema } from '../src/kube/schema.ts'
import { sentence } from '../src/reconcile/problems.ts'
import { faults } from '../src/sandbox/apply/items.ts'
import { shapeOf } from '../src/sandbox/apply/shapes.ts'
import { admit, compileVersion } from '../src/sandbox/schema/index.ts'
import { type Made, madeOf, withResource } from './made.ts'
import { specOf, type Wildness } from './specs.ts'
import { recordedClusters } from './takeover/clusters.ts'

const runs = Number(process.env.ANY_SPEC_RUNS ?? 25)
/** Milliseconds, on a machine that does much else. */
const patience = 30_000 + runs * 1_000

const definitions = new Map(
  [...crds('v1'), ...crds('v3'), ...(await readGatewayDefinitions())].flatMap(definition => {
    const { group, names, versions } = definition.spec
    return versions.map(({ name }): [string, CustomResourceDefinition] => [
      `${group}/${name} ${names.kind}`,
      definition as unknown as CustomResourceDefinition,
    ])
  }),
)

/** What its fields are, as server-side apply sees them. */
function fieldsOf(definition: CustomResourceDefinition | undefined, { apiVersion, kind }: KubeObject): SchemaNode {
  const version = definition?.spec.versions.find(({ name }) => apiVersion.endsWith(`/${name}`))
  return version ? structuralSchema(version.schema?.openAPIV3Schema ?? {}) : builtinSchema(apiVersion, kind)!
}

/** What an API server would say against it; addresses of Services it would give itself. */
function objections(object: KubeObject): string[] {
  const { apiVersion, kind, metadata } = object
  const definition = definitions.get(`${apiVersion} ${kind}`)
  const schema = definition
    ? compileVersion(definition, apiVersion.split('/')[1]!)
    : builtinSchema(apiVersion, kind) && { apiVersion, kind }
  if (!schema) return [`${kind} ${metadata.name} is of a kind that is not known here`]
  const { errors, malformed } = admit({ ...object, metadata: { ...metadata, uid: 'x' } }, undefined, {
    schema,
    operation: 'create',
    fieldValidation: 'Strict',
  })
  return [
    ...errors.filter(({ field }) => field !== 'spec.clusterIPs').map(({ field, detail }) => `${kind} ${metadata.name} ${field}: ${detail}`),
    ...(malformed === undefined ? [] : [malformed]),
    ...faults(shapeOf(fieldsOf(definition, object)), JSON.parse(JSON.stringify(object)), { duplicates: true }).map(
      text => `${kind} ${metadata.name} ${text}`,
    ),
  ]
}

const clusters = fc.constantFrom(...recordedClusters().keys())
const pullSecrets = ['pull-a', 'pull-b'].map(
  name => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'tigera-operator' }, data: {} }) as KubeObject,
)
const recorded = (name: string): readonly KubeObject[] => [...recordedClusters().get(name)!, ...pullSecrets]

/** In order as to its schema, nearly, and wild. */
const wildness = fc.constantFrom<Wildness>({ strange: 0 }, { strange: 0 }, { strange: 5 }, { strange: 30 })

const isPrintable = (text: string): boolean => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)

/** Most objects are the same each time. */
const admitted = new Set<string>()

async function holds(cluster: readonly KubeObject[]): Promise<Made> {
  const made = await madeOf(cluster)
  const keys = made.objects.map(object => keyOf(refOf(object)))
  expect(keys.filter((key, index) => keys.indexOf(key) < index)).toEqual([])
  expect(await madeOf(cluster)).toEqual(made)
  for (const object of made.objects) {
    const text = JSON.stringify(object)
    if (admitted.has(text)) continue
    expect(objections(object)).toEqual([])
    admitted.add(text)
  }
  for (const problem of made.problems) {
    expect(problem.message, JSON.stringify(problem)).not.toBe('')
    expect(problem.path ?? problem.object, JSON.stringify(problem)).toBeDefined()
    const text = sentence(problem)
    // Nobody writes these here.
    expect(text).not.toMatch(/\bundefined\b|\bNaN\b|\[object|\bnull\b/)
    expect(isPrintable(text) && text.length < 3000, `${text.length}: ${text.slice(0, 200)}`).toBe(true)
  }
  return made
}

const resource = ({ apiVersion, kind }: AnyResource, name: string, spec: object): KubeObject =>
  ({ apiVersion, kind, metadata: { name, uid: '1', generation: 1 }, spec }) as KubeObject

/** What is not the operator's is as its schema says. */
const specsOf = ({ definition }: AnyResource) =>
  (definition.group === 'operator.tigera.io' ? wildness : fc.constant({ strange: 0 })).chain(wild => specOf(definition.spec.json, wild))

test(
  'any Installation is rendered the same twice, as an API server takes it, or refused with the place',
  async () => {
    let rendered = 0
    await fc.assert(
      fc.asyncProperty(
        clusters,
        specsOf(Installation),
        fc.option(specsOf(Installation), { freq: 6, nil: undefined }),
        async (cluster, spec, overlay) => {
          const asked = withResource(recorded(cluster), resource(Installation, 'default', spec))
          const { objects } = await holds(overlay ? withResource(asked, resource(Installation, 'overlay', overlay)) : asked)
          if (objects.some(({ kind }) => kind === 'DaemonSet')) rendered++
        },
      ),
      // One that is surely in order.
      { numRuns: runs, examples: [['default-v3crd', {}, undefined]] },
    )
    if (process.env.ANY_SPEC_RUNS) console.info(`${rendered} of ${runs} Installations rendered`)
    // About a quarter of many; of a few it may be that all others are refused.
    expect(rendered).toBeGreaterThan(runs < 100 ? 0 : runs / 20)
  },
  patience,
)

const others: readonly (readonly [AnyResource, string])[] = [
  [APIServer, 'default'],
  [Goldmane, 'default'],
  [Whisker, 'default'],
  [ManagementClusterConnection, 'tigera-secure'],
  [GatewayAPI, 'default'],
  [Istio, 'default'],
  [ImageSet, 'calico-v3.32.1'],
  [IPPool, 'some-pool'],
]

test.each(others.map(([kind, name]) => ({ kind, name, title: kind.kind })))(
  'so is any $title',
  async ({ kind, name }) => {
    await fc.assert(
      fc.asyncProperty(clusters, specsOf(kind), async (cluster, spec) => {
        await holds(withResource(recorded(cluster), resource(kind, name, spec)))
      }),
      { numRuns: Math.ceil(runs / 25) },
    )
  },
  patience,
)
