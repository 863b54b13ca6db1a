/** Writes src/kube/gen/storage.json: what the API server's Go types keep of empty values, which its OpenAPI documents do not say. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Digest } from '../src/kube/schema.ts'
import { kubernetesVersion } from './kube-openapi/openapi.ts'

/** The modules of the types, whose versions are those of Kubernetes with 0 for 1. */
const modules = ['api', 'apimachinery', 'apiextensions-apiserver', 'kube-aggregator']
/** Go structs that look like scalars in JSON: a zero one is written, whatever the field's tag says. */
const structs = /^(metav1\.)?(Time|MicroTime)$|^(intstr\.)?IntOrString$|^(resource\.)?Quantity$|^(runtime\.)?RawExtension$|^JSON$/

interface Field {
  name: string
  go: string
  options: string[]
}

/** Where Go keeps the modules; undefined when it has none and `download` is not wanted. */
export function typeSources({ download }: { download: boolean }): Record<string, string> | undefined {
  const env = download ? process.env : { ...process.env, GOPROXY: 'off', GOFLAGS: '-mod=mod' }
  const folder = (module: string) => {
    const name = `k8s.io/${module}@${kubernetesVersion.replace('v1', 'v0')}`
    return JSON.parse(
      execFileSync('go', ['mod', 'download', '-json', name], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    ).Dir
  }
  try {
    return Object.fromEntries(modules.map(module => [module, folder(module)]))
  } catch {
    return undefined
  }
}

/** The text of the generated file, of the types that the digest has. */
export function generateStorage(sources: Record<string, string>, digest: Digest): string {
  const packages = new Map<string, Map<string, string>>()
  const structsOf = (name: string) => {
    const [module = '', ...path] = name.split('.').slice(0, -1)
    const folder = join(sources[module]!, ...path)
    if (!packages.has(folder)) packages.set(folder, readStructs(folder))
    return packages.get(folder)!
  }
  const lines = Object.keys(digest.types).flatMap(name => {
    const notes = notesOf(fieldsOf(structsOf(name), name.slice(name.lastIndexOf('.') + 1)), digest.types[name]!.fields)
    return Object.keys(notes).length === 0 ? [] : [`${JSON.stringify(name)}:${JSON.stringify(notes)}`]
  })
  return `{\n${lines.join(',\n')}\n}\n`
}

/** The bodies of the structs in a folder's Go files, by name. */
export function readStructs(folder: string): Map<string, string> {
  const files = readdirSync(folder).filter(
    file => /types.*\.go$|micro_time\.go$/.test(file) && !file.includes('_test') && !file.includes('zz_'),
  )
  const texts = files.map(file => readFileSync(join(folder, file), 'utf8'))
  return new Map(
    texts.flatMap(text => [...text.matchAll(/^type (\w+) struct \{\n(.*?)^\}/gms)].map(([, name, body]) => [name!, body!] as const)),
  )
}

function fieldsOf(structs: Map<string, string>, name: string): Field[] {
  return [...(structs.get(name) ?? '').matchAll(/^\s+(?:(\w+)\s+)?([*[\]\w.]+)\s+`json:"(\w*),?([\w,]*)"/gm)].flatMap(
    ([, , go = '', json = '', tail = '']) => {
      const options = tail.split(',')
      if (options.includes('inline')) return fieldsOf(structs, go.slice(go.lastIndexOf('.') + 1).replace('*', ''))
      return [{ name: json, go, options }]
    },
  )
}

/** `kept`: zero is kept, for the field is a pointer. `zero`: written even when it was never set. `null`: written as null then. `micro`: a time with microseconds. */
type Note = 'kept' | 'zero' | 'null' | 'micro' | 'null micro'

function notesOf(fields: Field[], digested: Digest['types'][string]['fields']): Record<string, Note> {
  const notes: Record<string, Note> = {}
  for (const { name, go, options } of fields) {
    const field = digested[name]
    if (field === undefined) continue
    const type = typeof field === 'string' ? field : field.type
    const note = noteOf(type, go, options)
    if (note) notes[name] = note
  }
  return notes
}

function noteOf(type: string, go: string, options: string[]): Note | undefined {
  const pointer = go.startsWith('*')
  if (go.endsWith('MicroTime')) return pointer ? 'micro' : 'null micro'
  const struct = (type.startsWith('#') && !pointer) || structs.test(go)
  if (!options.includes(struct ? 'omitzero' : 'omitempty')) return absent(type, go)
  return pointer && !/^[#[{]/.test(type) ? 'kept' : undefined
}

/** What is written of a field that was never set. */
const absent = (type: string, go: string) => (/^\*|Time$|RawExtension$|^JSON$/.test(go) || /^[[{]/.test(type) ? 'null' : 'zero')

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sources = typeSources({ download: true })
  if (!sources) throw new Error('needs Go, to fetch the source of Kubernetes')
  const root = join(fileURLToPath(import.meta.url), '..', '..')
  const digest: Digest = JSON.parse(readFileSync(join(root, 'src/kube/gen/schema.json'), 'utf8'))
  writeFileSync(join(root, 'src/kube/gen/storage.json'), generateStorage(sources, digest))
}
