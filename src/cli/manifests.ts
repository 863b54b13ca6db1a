/** Reads Kubernetes manifests, YAML or JSON, one or many to a file; and writes them. Says of bad ones where they are bad, by line and column. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LineCounter, parseAllDocuments, stringify } from 'yaml'
import type { KubeObject } from '../kube/objects.ts'
import { kubernetesTags } from '../kube/yaml.ts'

/** A file that cannot be used as it is; the message has its place. */
export class ManifestError extends Error {
  override name = 'ManifestError'
}

/** The objects of files and directories (of these every .yaml, .yml and .json, by name), in their order. `-` is what `stdin` returns. */
export function readManifests(paths: readonly string[], stdin: () => string): KubeObject[] {
  return paths.flatMap(path =>
    path === '-' ? parseManifests('standard input', stdin()) : filesAt(path).flatMap(file => parseManifests(file, textOf(file))),
  )
}

/** The objects in a text; Lists are taken apart. Throws ManifestError for what does not parse or is no Kubernetes object. */
export function parseManifests(name: string, text: string): KubeObject[] {
  const lineCounter = new LineCounter()
  const documents = parseAllDocuments(text, { version: '1.1', customTags: kubernetesTags, lineCounter, prettyErrors: false })
  if (!Array.isArray(documents)) return []
  return documents.flatMap(document => {
    const [error] = document.errors
    if (error) {
      const { line, col } = lineCounter.linePos(error.pos[0])
      throw new ManifestError(`${name}:${line}:${col}: ${error.message}`)
    }
    const { line } = lineCounter.linePos(document.contents?.range?.[0] ?? 0)
    return objectsIn(plain(document, `${name}:${line}`), `${name}:${line}`)
  })
}

/** YAML that readers of version 1.1 and 1.2 understand alike. */
export const toYaml = (objects: readonly unknown[]): string =>
  objects.map(object => `---\n${stringify(object, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })}`).join('')

function filesAt(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new ManifestError(`${path}: no such file or directory`)
  if (!found.isDirectory()) return [path]
  const names = readdirSync(path).filter(name => /\.(ya?ml|json)$/.test(name))
  if (names.length === 0) throw new ManifestError(`${path}: no .yaml, .yml or .json file in this directory`)
  return names.sort().map(name => join(path, name))
}

function textOf(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (cause) {
    throw new ManifestError(`${path}: cannot be read as UTF-8 text: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

function plain(document: { toJS(options: { maxAliasCount: number }): unknown }, place: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    throw new ManifestError(`${place}: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

function objectsIn(value: unknown, place: string): KubeObject[] {
  if (value === null || value === undefined) return []
  const { apiVersion, kind, metadata, items } = value as {
    apiVersion?: unknown
    kind?: unknown
    metadata?: { name?: unknown }
    items?: unknown
  }
  if (typeof value !== 'object' || Array.isArray(value) || typeof apiVersion !== 'string' || typeof kind !== 'string') {
    throw new ManifestError(`${place}: this is no Kubernetes object: it needs apiVersion and kind, both text`)
  }
  if (kind.endsWith('List') && Array.isArray(items)) return items.flatMap((item, index) => objectsIn(item, `${place}: items[${index}]`))
  if (typeof metadata?.name !== 'string' || metadata.name === '') {
    throw new ManifestError(`${place}: ${kind} has no metadata.name: give it one, in quotes if it looks like a number`)
  }
  return [value as KubeObject]
}
