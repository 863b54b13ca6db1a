import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generateStorage, typeSources } from './generate-storage.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const sources = typeSources({ download: false })
if (!sources) console.warn('SKIPPED: the source of Kubernetes is not here, so storage.json was not compared with it')

test.skipIf(!sources)('what is kept of empty values is what the generator reads in Go', () => {
  const text = generateStorage(sources!, JSON.parse(read('src/kube/gen/schema.json')))
  expect(text === read('src/kube/gen/storage.json'), 'out of date: node hack/generate-storage.ts').toBe(true)
})
