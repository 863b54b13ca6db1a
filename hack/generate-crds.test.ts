/** What is generated from api/ is in the tree, and says something of every field. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { migrationKinds, operatorKinds } from '../api/index.ts'
import type { JsonSchema } from '../api/schema.ts'
import { generateCrds, generatedFolders } from './generate-crds.ts'

const root = join(import.meta.dirname, '..')
const files = generateCrds()

test('config/crd and docs/reference are what api/ makes of them: run npm run generate', () => {
  const there = generatedFolders.flatMap(folder => readdirSync(join(root, folder)).map(name => `${folder}/${name}`))
  expect(there.sort()).toEqual([...files.keys()].sort())
  const stale = [...files].filter(([path, text]) => readFileSync(join(root, path), 'utf8') !== text).map(([path]) => path)
  expect(stale).toEqual([])
})

test('a manifest is read as the CRD it was written from', () => {
  for (const kind of operatorKinds) {
    const crd = kind.crd()
    expect(parse(files.get(`config/crd/${crd.metadata.name}.yaml`) ?? '', { version: '1.1' })).toEqual(crd)
  }
})

/** Every field below a schema, with its path. */
function fields(schema: JsonSchema, path: string): [string, JsonSchema][] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, field]): [string, JsonSchema][] => [
    [`${path}.${name}`, field],
    ...fields(field, `${path}.${name}`),
  ])
  return [
    ...inner,
    ...(schema.items ? fields(schema.items, `${path}[]`) : []),
    ...(schema.additionalProperties ? fields(schema.additionalProperties, `${path}.*`) : []),
  ]
}

test.each([...operatorKinds, ...migrationKinds].map(kind => [kind.kind, kind] as const))(
  'every field of %s has a sentence',
  (_, { schema }) => {
    const { spec = {}, status } = schema.properties ?? {}
    const all = [...fields(spec, 'spec'), ...(status ? fields(status, 'status') : [])]
    const bad = all.filter(([, { description = '' }]) => !/^[A-Z0].*\.$/s.test(description)).map(([path]) => path)
    expect(bad).toEqual([])
  },
)

test('every link of a page leads to a heading', () => {
  const anchors = (text: string) =>
    new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase().replace(/[^a-z0-9-]/g, '')))
  for (const [path, text] of files) {
    for (const [, page = '', anchor = ''] of text.matchAll(/\]\(([a-z]*(?:\.md)?)#([^)]*)\)/g)) {
      const target = page === '' ? text : (files.get(`docs/reference/${page}`) ?? '')
      expect(anchors(target), `${path} → ${page}#${anchor}`).toContain(anchor)
    }
  }
})
