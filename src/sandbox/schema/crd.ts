/** CustomResourceDefinitions: their versions' schemas made ready for use, and the conditions that say they are served. */

import type { CustomResourceDefinition, CustomResourceDefinitionStatus } from '../../kube/kinds.ts'
import { type JsonSchema, Node } from './structure.ts'

/** One version of a custom resource, ready to judge objects by. */
export interface VersionSchema {
  apiVersion: string
  kind: string
  namespaced: boolean
  /** Whether status is written through the subresource only. */
  status: boolean
  root: Node
  /** Whether there are CEL rules anywhere in it. */
  readonly rules: boolean
}

/** Undefined when the definition has no such version. Cheap: the schema is worked out as far as objects use it. */
export function compileVersion({ spec }: CustomResourceDefinition, version: string): VersionSchema | undefined {
  const found = spec.versions.find(({ name }) => name === version)
  if (!found) return undefined
  const schema = (found.schema?.openAPIV3Schema ?? {}) as JsonSchema
  let rules: boolean | undefined
  return {
    get rules() {
      rules ??= JSON.stringify(schema).includes('"x-kubernetes-validations":')
      return rules
    },
    apiVersion: `${spec.group}/${version}`,
    kind: spec.names.kind,
    namespaced: spec.scope === 'Namespaced',
    status: found.subresources?.status !== undefined,
    root: new Node(spec.preserveUnknownFields ? { ...schema, 'x-kubernetes-preserve-unknown-fields': true } : schema),
  }
}

/**
 * The status of a definition whose names nobody else has: accepted and established. `now` is an RFC 3339 time, to the second.
 * A condition that stays as it was keeps its time.
 */
export function establish({ spec, status }: CustomResourceDefinition, now: string): CustomResourceDefinitionStatus {
  const condition = (type: string, reason: string, message: string) => {
    const known = status?.conditions?.find(each => each.type === type && each.status === 'True')
    return { type, status: 'True', lastTransitionTime: known?.lastTransitionTime ?? now, reason, message }
  }
  const stored = spec.versions.filter(({ storage }) => storage).map(({ name }) => name)
  return {
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    acceptedNames: {
      ...spec.names,
      singular: spec.names.singular || spec.names.kind.toLowerCase(),
      listKind: spec.names.listKind || `${spec.names.kind}List`,
    },
    storedVersions: [...new Set([...(status?.storedVersions ?? []), ...stored])],
  }
}
