/** Reads the OpenAPI v3 documents that come with Kubernetes' source. Knows their shape, never what is made of them. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const kubernetesVersion = 'v1.35.4'

export interface Property {
  $ref?: string
  allOf?: { $ref: string }[]
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  format?: string
  items?: Property
  additionalProperties?: Property
  default?: unknown
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map'
  'x-kubernetes-list-map-keys'?: string[]
  'x-kubernetes-map-type'?: 'atomic' | 'granular'
  'x-kubernetes-patch-strategy'?: string
  'x-kubernetes-patch-merge-key'?: string
}

export interface GroupVersionKind {
  group: string
  version: string
  kind: string
}

interface Definition {
  properties?: Record<string, Property>
  required?: string[]
  'x-kubernetes-map-type'?: 'atomic' | 'granular'
  'x-kubernetes-group-version-kind'?: GroupVersionKind[]
}

export interface Operation {
  'x-kubernetes-action'?: string
  'x-kubernetes-group-version-kind'?: GroupVersionKind
}

export interface OpenApi {
  definitions: Record<string, Definition>
  paths: Record<string, Record<string, Operation>>
}

/** Where Go keeps the source of this version of Kubernetes; undefined when it has none and `download` is not wanted. */
export function kubernetesSource({ download }: { download: boolean }): string | undefined {
  try {
    const env = download ? process.env : { ...process.env, GOPROXY: 'off', GOFLAGS: '-mod=mod' }
    return JSON.parse(execFileSync('go', ['mod', 'download', '-json', `k8s.io/kubernetes@${kubernetesVersion}`], { env, encoding: 'utf8' }))
      .Dir
  } catch {
    return undefined
  }
}

/** All documents as one. A definition that several of them have is the same in each; that is checked. */
export function readOpenApi(source: string): OpenApi {
  const folder = join(source, 'api', 'openapi-spec', 'v3')
  const all: OpenApi = { definitions: {}, paths: {} }
  for (const file of readdirSync(folder).sort()) {
    const { components, paths } = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    Object.assign(all.paths, paths)
    for (const [name, definition] of Object.entries<Definition>(components?.schemas ?? {})) {
      const known = all.definitions[name]
      if (known && JSON.stringify(known) !== JSON.stringify(definition)) throw new Error(`${name} differs in ${file}`)
      all.definitions[name] = definition
    }
  }
  return all
}

/** The definition that a property refers to: `io.k8s.api.core.v1.Container`. */
export function referred(property: Property): string | undefined {
  const ref = property.$ref ?? property.allOf?.[0]?.$ref
  return ref?.slice(ref.lastIndexOf('/') + 1)
}

/** Names of the definitions that the roots refer to, themselves included, in alphabetical order. */
export function reachable({ definitions }: OpenApi, roots: string[]): string[] {
  const seen = new Set<string>()
  const visit = (name: string) => {
    if (seen.has(name)) return
    seen.add(name)
    for (const property of Object.values(definitions[name]?.properties ?? {})) visitProperty(property)
  }
  const visitProperty = (property: Property) => {
    const name = referred(property)
    if (name) visit(name)
    if (property.items) visitProperty(property.items)
    if (property.additionalProperties) visitProperty(property.additionalProperties)
  }
  for (const root of roots) visit(root)
  return [...seen].sort()
}
