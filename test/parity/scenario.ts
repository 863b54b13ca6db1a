/** A scenario as it lies on disk: the cluster, what is in it, the steps that follow. Knows none by name. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parseManifests } from '../../src/cli/manifests.ts'
import type { KubeObject, ObjectRef } from '../../src/kube/objects.ts'

export type Family = 'IPv4' | 'IPv6'

export interface NodeGroup {
  count: number
  labels?: Record<string, string>
  providerID?: string
  os?: string
  families?: Family[]
  taints?: { key: string; value?: string; effect: string }[]
}

/** One thing that is done to the cluster once the operator has come to rest. */
export type Step =
  | { do: 'create'; object: KubeObject }
  | { do: 'delete'; ref: ObjectRef }
  | { do: 'merge-patch'; ref: ObjectRef; patch: object }

/** One small input that goes by itself into an empty cluster. */
export interface Case {
  name: string
  inputs: KubeObject[]
}

export interface Scenario {
  name: string
  directory: string
  apiMode: 'v3crd' | 'v1crd'
  nodes: NodeGroup[]
  /** Of the Service network. */
  families: Family[]
  apiserverArgs: string[]
  /** Beside what every recording had. */
  env: Record<string, string>
  inputs: KubeObject[]
  /** Steps that are taken together, then a rest. */
  steps: Step[][]
  cases?: Case[]
  /** So many seconds are watched after everything has come to rest. */
  idle?: number
  /** There is an expected.json to compare with. */
  expected: boolean
}

interface File {
  name?: string
  apiMode?: 'v3crd' | 'v1crd'
  nodes?: NodeGroup[]
  cluster?: { families?: Family[]; apiserverArgs?: string[] }
  env?: Record<string, string>
  steps?: Record<string, unknown>[]
  idle?: number
  cases?: { name: string; input?: KubeObject[]; inputs?: KubeObject[] }[]
}

/** Throws when a file is missing or cannot be understood; the message names it. */
export function readScenario(path: string): Scenario {
  const directory = resolve(path)
  const file = JSON.parse(readFileSync(join(directory, 'scenario.json'), 'utf8')) as File
  const inputs = join(directory, 'input.yaml')
  return {
    name: file.name ?? basename(directory),
    directory,
    apiMode: file.apiMode ?? 'v3crd',
    nodes: file.nodes ?? [{ count: 3 }],
    families: file.cluster?.families ?? ['IPv4'],
    apiserverArgs: file.cluster?.apiserverArgs ?? [],
    env: file.env ?? {},
    inputs: existsSync(inputs) ? parseManifests(inputs, readFileSync(inputs, 'utf8')) : [],
    steps: (file.steps ?? []).map((step, index) => stepsOf(step, `${directory}/scenario.json: steps[${index}]`)),
    ...(file.cases && { cases: file.cases.map(({ name, input, inputs: more }) => ({ name, inputs: input ?? more ?? [] })) }),
    ...(file.idle !== undefined && { idle: file.idle }),
    expected: existsSync(join(directory, 'expected.json')),
  }
}

const verbs: Record<string, (object: KubeObject) => Step> = {
  create: object => ({ do: 'create', object }),
  delete: object => ({ do: 'delete', ref: refIn(object) }),
  'merge-patch': object => ({ do: 'merge-patch', ref: refIn(object), patch: patchIn(object) }),
}
const alike: Record<string, string> = { patch: 'merge-patch', mergePatch: 'merge-patch' }

/** A step names its verb as a key (`{"create": {…}}`) or as a value (`{"verb": "create", "object": {…}}`); its object may be one or a list. */
function stepsOf(step: Record<string, unknown>, place: string): Step[] {
  const steps = Object.entries(asKeys(step)).flatMap(([key, value]) => {
    const verb = verbs[alike[key] ?? key]
    if (!verb || typeof value !== 'object' || value === null) return []
    return (Array.isArray(value) ? value : [value]).map(object => verb(object as KubeObject))
  })
  if (steps.length === 0) throw new Error(`${place}: none of create, delete and merge-patch is in it: ${Object.keys(step).join(', ')}`)
  return steps
}

/** A patch may stand beside what it is of. */
function asKeys({ 'merge-patch': of, patch, ...step }: Record<string, unknown>): Record<string, unknown> {
  if (of !== undefined && patch !== undefined) return { 'merge-patch': { ...(of as object), patch } }
  const whole = { ...step, ...(of !== undefined && { 'merge-patch': of }), ...(patch !== undefined && { patch }) }
  const named = Object.entries(whole).find(([, value]) => typeof value === 'string' && (alike[value] ?? value) in verbs)
  if (!named) return whole
  const { [named[0]]: verb, object, ref, target, ...rest } = whole as Record<string, unknown>
  return {
    [verb as string]: Array.isArray(object) ? object : { ...rest, ...(object as object), ...(ref as object), ...(target as object) },
  }
}

/** The object of a deletion or patch is named by its metadata, or by name and namespace beside its kind. */
function refIn({ apiVersion, kind, metadata, ...rest }: KubeObject): ObjectRef {
  const { name, namespace } = { ...(rest as Partial<ObjectRef>), ...metadata }
  if (name === undefined) throw new Error(`a step names a ${kind} without saying which`)
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) }
}

function patchIn(object: KubeObject): object {
  const { patch } = object as { patch?: object }
  return patch ?? object
}
