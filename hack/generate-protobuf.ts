/** Writes src/sandbox/gen/protobuf.json: the numbers that fields of built-in types have in protobuf, which kubectl sends some objects in. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Digest } from '../src/kube/schema.ts'
import { readStructs, typeSources } from './generate-storage.ts'

/** Number → name in JSON; where JSON has no level of its own, number → the fields there. */
interface Numbers {
  [number: string]: string | Numbers
}

const tag = /^\s+(?:\w+\s+)?([*[\]\w.]+)\s+`json:"([^",]*),?([\w,]*)".*?protobuf:"\w+,(\d+),/gm

/** The text of the generated file, of the types that the digest has. */
export function generateProtobuf(sources: Record<string, string>, digest: Digest): string {
  const packages = new Map<string, Map<string, string>>()
  const lines = Object.keys(digest.types).map(name => {
    const [module = '', ...path] = name.split('.').slice(0, -1)
    const folder = join(sources[module]!, ...path)
    if (!packages.has(folder)) packages.set(folder, readStructs(folder))
    const numbers = numbersOf(packages.get(folder)!, name.slice(name.lastIndexOf('.') + 1))
    return `${JSON.stringify(name)}:${JSON.stringify(numbers)}`
  })
  return `{\n${lines.join(',\n')}\n}\n`
}

function numbersOf(structs: Map<string, string>, name: string): Numbers {
  const fields = [...(structs.get(name) ?? '').matchAll(tag)].map(([, go = '', json = '', options = '', number = '']) => {
    if (!options.split(',').includes('inline')) return [number, json] as const
    return [number, numbersOf(structs, go.slice(go.lastIndexOf('.') + 1).replace('*', ''))] as const
  })
  return Object.fromEntries(fields)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sources = typeSources({ download: true })
  if (!sources) throw new Error('needs Go, to fetch the source of Kubernetes')
  const root = join(fileURLToPath(import.meta.url), '..', '..')
  const digest: Digest = JSON.parse(readFileSync(join(root, 'src/kube/gen/schema.json'), 'utf8'))
  writeFileSync(join(root, 'src/sandbox/gen/protobuf.json'), generateProtobuf(sources, digest))
}
