/** A custom resource for those cases that need one and do not mind which. */
import { type Answer, at, type Bed, type Body, place } from './bed.ts'

/** Lists, maps and sets of all kinds, defaults, rules, status. */
export const widgetSchema: Body = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      'x-kubernetes-validations': [{ rule: '!has(self.max) || self.size <= self.max', message: 'size must not exceed max' }],
      properties: {
        size: { type: 'integer', default: 3, maximum: 100 },
        max: { type: 'integer' },
        mode: { type: 'string', enum: ['Auto', 'Manual'] },
        name: { type: 'string', maxLength: 10, pattern: '^[a-z]*$' },
        fixed: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed cannot change' }] },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name', 'port'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, port: { type: 'integer', default: 80 }, value: { type: 'string' } },
          },
        },
        tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        words: { type: 'array', items: { type: 'string' } },
        pair: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: { type: 'string' }, b: { type: 'string' } } },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        amount: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
        maybe: { type: 'string', nullable: true },
        inner: { type: 'object', properties: { x: { type: 'string', default: 'y' } } },
      },
    },
    status: { type: 'object', properties: { phase: { type: 'string' }, count: { type: 'integer' } } },
  },
}

interface Definition {
  group?: string
  kind?: string
  plural?: string
  scope?: 'Namespaced' | 'Cluster'
  versions?: Body[]
  /** Of the one version, when versions are not given. */
  version?: Body
}

/** Makes a definition in a group of the case's own and waits until it is served; the group. */
export async function define(
  bed: Bed,
  {
    kind = 'Widget',
    plural = 'widgets',
    scope = 'Namespaced',
    group = `${bed.namespace}.example.com`,
    versions,
    version = {},
  }: Definition = {},
): Promise<string> {
  const one = {
    name: 'v1',
    served: true,
    storage: true,
    schema: { openAPIV3Schema: widgetSchema },
    subresources: { status: {} },
    ...version,
  }
  const spec = { group, scope, names: { kind, plural }, versions: versions ?? [one] }
  const body = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.${group}` }, spec }
  const { status, body: answer } = await bed.send('POST', definitions(), { body })
  if (status !== 201) throw new Error(`${status}: ${JSON.stringify(answer)}`)
  for (const { name, served } of spec.versions as Body[]) if (served) await established(bed, `${group}/${name}/${plural}`)
  return group
}

export const definitions = (name?: string) => place('apiextensions.k8s.io/v1/customresourcedefinitions', { name })

async function established(bed: Bed, resource: string): Promise<void> {
  await bed.eventually(async () => {
    const { status, body } = await bed.send('GET', place(resource))
    if (status !== 200) throw new Error(`${resource}: ${at(body, 'message')}`)
  })
}

/** The group version of widgets that all cases may use. */
export const widgets = (bed: Bed): Promise<string> => bed.shared('widgets', async () => `${await define(bed)}/v1`)

/** Applies a Widget. */
export async function applyWidget(bed: Bed, spec: Body, manager = 'one'): Promise<Answer> {
  const apiVersion = await widgets(bed)
  return bed.apply({ metadata: { name: 'w' }, spec }, { resource: `${apiVersion}/widgets`, kind: 'Widget', manager })
}
