/** Turns objects as an operator wrote them into manifests: without what a server adds, in an order that is always the same. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Installation } from '../../api/installation.ts'
import { groupOf, type KubeObject, type ObjectMeta } from '../kube/objects.ts'
import { writeStep } from '../reconcile/order.ts'
import { toYaml } from './manifests.ts'
import type { WrittenObject } from './written.ts'

export type Form = 'yaml' | 'json' | { directory: string }

/** `yaml`, `json`, `dir=PATH`; undefined for anything else. */
export function formOf(text: string): Form | undefined {
  if (text === 'yaml' || text === 'json') return text
  const directory = /^dir=(.+)$/.exec(text)?.[1]
  return directory === undefined ? undefined : { directory }
}

/**
 * What was made is shown as it was asked for; what was somebody else's and was changed, as it is now. The operator's finalizer on the resources
 * that it serves is no change that anybody else could want.
 */
export function manifests(written: readonly WrittenObject[], uids: ReadonlyMap<string, string | undefined>): KubeObject[] {
  const shown = written.filter(({ stored, created }) => created || groupOf(stored.apiVersion) !== groupOf(Installation.apiVersion))
  const objects = shown.map(({ sent, stored, created }) => plain(created ? sent : stored, uids))
  return objects.sort((a, b) => writeStep(a) - writeStep(b) || inText(placeOf(a), placeOf(b)))
}

const placeOf = ({ apiVersion, kind, metadata: { namespace = '', name } }: KubeObject): string =>
  [kind, apiVersion, namespace, name].join(' ')

const inText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** `uids` maps uids of the cluster in memory to those that the owners have outside, where that is known. */
function plain(object: KubeObject, uids: ReadonlyMap<string, string | undefined>): KubeObject {
  const { status: _, metadata, ...rest } = object as KubeObject & { status?: unknown }
  const { uid, resourceVersion, generation, creationTimestamp, managedFields, ...own } = metadata as ObjectMeta
  const ownerReferences = own.ownerReferences?.map(({ uid: inMemory, ...owner }) => {
    const outside = uids.get(inMemory)
    return { ...owner, ...(outside !== undefined && { uid: outside }) }
  })
  return { ...rest, metadata: { ...own, ...(ownerReferences && { ownerReferences }) } } as KubeObject
}

/** One text, or one file per object. */
export function print(objects: readonly KubeObject[], form: Form, out: (text: string) => void): void {
  if (form === 'yaml') out(toYaml(objects))
  else if (form === 'json') out(`${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, null, 2)}\n`)
  else writeTree(objects, form.directory)
}

function writeTree(objects: readonly KubeObject[], directory: string): void {
  const ambiguous = ambiguousKinds(objects)
  for (const object of objects) write(join(directory, fileOf(object, ambiguous)), toYaml([object]))
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** `calico-system/daemonset-calico-node.yaml`, with the group where two groups have a kind of that name. Names of roles may hold what file systems do not take. */
function fileOf({ apiVersion, kind, metadata: { namespace = 'cluster', name } }: KubeObject, ambiguous: ReadonlySet<string>): string {
  const group = ambiguous.has(kind) ? `.${groupOf(apiVersion)}` : ''
  return join(namespace, `${kind.toLowerCase()}${group}-${name.replaceAll(/[^A-Za-z0-9._-]/g, '_')}.yaml`)
}

function ambiguousKinds(objects: readonly KubeObject[]): Set<string> {
  const groups = new Map<string, string>()
  return new Set(
    objects.flatMap(({ apiVersion, kind }) => {
      const other = groups.get(kind) ?? groupOf(apiVersion)
      groups.set(kind, other)
      return other === groupOf(apiVersion) ? [] : [kind]
    }),
  )
}
