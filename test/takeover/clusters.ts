/** Clusters as the predecessor left them, object by object as the API server gave them, with the throw-away keys made for the recording. Knows none by name. */
import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import type { KubeObject } from '../../src/kube/objects.ts'

let read: ReadonlyMap<string, readonly KubeObject[]> | undefined

/** Every recorded cluster by the name of its scenario. CRDs, Events, Leases and Pods are left out. */
export function recordedClusters(): ReadonlyMap<string, readonly KubeObject[]> {
  read ??= new Map(Object.entries(parsed()).map(([name, { items }]) => [name, items]))
  return read
}

const parsed = (): Record<string, { items: KubeObject[] }> =>
  JSON.parse(brotliDecompressSync(readFileSync(new URL('./clusters.json.br', import.meta.url))).toString('utf8'))
