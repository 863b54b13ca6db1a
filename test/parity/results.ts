/** What an operator left behind, composed from what it asked of the server and from what is there now. Judges nothing. */
import { operatorUser } from '../../hack/live-cluster.ts'
import { type Entry, isChange } from '../../hack/trail.ts'
import { type KubeObject, keyOf, refOf } from '../../src/kube/objects.ts'
import type { Bed } from './bed.ts'

export interface Left {
  /** Created or changed by the operator, and still there. */
  objects: KubeObject[]
  /** Made by the user, and changed by the operator. */
  inputs: KubeObject[]
  /** Created by the operator, and gone: `resource.group/version/namespace/name`. */
  deleted: string[]
  /** Made by the user, and gone: `Kind/namespace/name`. */
  deletedInputs: string[]
}

/** Not looked at: definitions, and what only says that somebody lives or what somebody thinks. */
const leftOut = new Set(['customresourcedefinitions', 'events', 'leases'])

/** `inputs` are the objects that the user created, in the order of their creation. */
export async function leftBy(bed: Bed, inputs: readonly KubeObject[]): Promise<Left> {
  const changes = (await bed.trail()).filter(entry => entry.user === operatorUser && isChange(entry) && isWhole(entry))
  const given = new Map(inputs.map(object => [keyOf(refOf(object)), object]))
  const there = await objectsOf(bed, [...changes, ...(await resourcesOf(bed, inputs))])
  const touched = [...new Set(changes.map(placeOf))].sort().flatMap(place => there.get(place) ?? [])
  const created = [...new Set(changes.filter(({ verb, code }) => verb === 'create' || code === 201).map(placeOf))]
  const existing = new Set([...there.values()].map(object => keyOf(refOf(object))))
  const isGiven = (object: KubeObject) => given.has(keyOf(refOf(object)))
  return {
    objects: touched.filter(object => !isGiven(object)),
    inputs: touched.filter(isGiven),
    deleted: created.filter(place => !there.has(place)).sort(),
    deletedInputs: [...given]
      .filter(([key, { kind }]) => !existing.has(key) && kind !== 'CustomResourceDefinition')
      .map(([, { kind, metadata }]) => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`)
      .sort(),
  }
}

/** The names of all that the operator wrote, other than its reports: `secrets/tigera-operator/tigera-ca-private`. */
export async function writtenBy(bed: Bed): Promise<string[]> {
  const written = (await bed.trail()).filter(
    entry => entry.user === operatorUser && isChange(entry) && isWhole(entry) && entry.resource !== 'tigerastatuses',
  )
  return [...new Set(written.map(({ resource, namespace = '', name = '' }) => `${resource}/${namespace}/${name}`))].sort()
}

/** A change of the object itself, not of its status alone. */
const isWhole = ({ subresource, resource }: Entry): boolean => subresource === undefined && !leftOut.has(resource)

type Resource = Pick<Entry, 'group' | 'version' | 'resource'>

const apiVersionOf = ({ group, version }: Resource): string => (group ? `${group}/${version}` : version)

const placeIn = ({ group, version, resource }: Resource, { namespace = '', name = '' }: { namespace?: string; name?: string }): string =>
  `${resource}${group ? `.${group}` : ''}/${version}/${namespace}/${name}`

const placeOf = (entry: Entry): string => placeIn(entry, entry)

/** The objects of these resources by their place. */
async function objectsOf(bed: Bed, resources: readonly Resource[]): Promise<Map<string, KubeObject>> {
  const distinct = new Map(resources.map(each => [placeIn(each, {}), each]))
  const found = new Map<string, KubeObject>()
  for (const resource of distinct.values()) {
    for (const object of await bed.does(user => user.list(apiVersionOf(resource), resource.resource))) {
      found.set(placeIn(resource, object.metadata), object)
    }
  }
  return found
}

/** Where the user's objects are. */
async function resourcesOf(bed: Bed, inputs: readonly KubeObject[]): Promise<Resource[]> {
  const kinds = new Map(inputs.map(object => [`${object.apiVersion}/${object.kind}`, object]))
  const resources: Resource[] = []
  for (const { apiVersion, kind } of kinds.values()) {
    const plural = await bed.does(user => user.pluralOf(apiVersion, kind))
    const [version = '', group = ''] = apiVersion.split('/').reverse()
    if (plural) resources.push({ group, version, resource: plural })
  }
  return resources
}
