import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generateProtobuf } from './generate-protobuf.ts'
import { typeSources } from './generate-storage.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const sources = typeSources({ download: false })
if (!sources) console.warn('SKIPPED: the source of Kubernetes is not here, so protobuf.json was not compared with it')

test.skipIf(!sources)('the numbers of fields are those that the generator reads in Go', () => {
  const text = generateProtobuf(sources!, JSON.parse(read('src/kube/gen/schema.json')))
  expect(text === read('src/sandbox/gen/protobuf.json'), 'out of date: node hack/generate-protobuf.ts').toBe(true)
})
