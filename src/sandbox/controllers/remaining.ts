/** What the status of a Namespace says while it is being emptied. */
import type { Item } from '../objects.ts'
import type { Served } from '../served.ts'
import type { Condition } from '../verbs/definitions.ts'

type Said = Omit<Condition, 'lastTransitionTime'>

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/namespace-v1/#NamespaceStatus */
export function whatRemains(left: { served: Served; object: Item }[], unanswered: { group: string; version: string }[]): Said[] {
  return [discovery(unanswered), ...quiet, content(left), finalizers(left.flatMap(({ object }) => object.metadata.finalizers ?? []))]
}

function discovery(unanswered: { group: string; version: string }[]): Said {
  const type = 'NamespaceDeletionDiscoveryFailure'
  if (unanswered.length === 0)
    return { type, status: 'False', reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' }
  const stale = unanswered.map(({ group, version }) => `${group}/${version}: stale GroupVersion discovery: ${group}/${version}`)
  const message = `Discovery failed for some groups, ${stale.length} failing: unable to retrieve the complete list of server APIs: ${stale.join(', ')}`
  return { type, status: 'True', reason: 'DiscoveryFailed', message }
}

const quiet: Said[] = [
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    status: 'False',
    reason: 'ParsedGroupVersions',
    message: 'All legacy kube types successfully parsed',
  },
  {
    type: 'NamespaceDeletionContentFailure',
    status: 'False',
    reason: 'ContentDeleted',
    message: 'All content successfully deleted, may be waiting on finalization',
  },
]

function content(left: { served: Served }[]): Said {
  const type = 'NamespaceContentRemaining'
  if (left.length === 0) return { type, status: 'False', reason: 'ContentRemoved', message: 'All content successfully removed' }
  const kinds = counted(left.map(({ served }) => `${served.plural}.${served.group}`)).map(
    ([kind, count]) => `${kind} has ${count} resource instances`,
  )
  return { type, status: 'True', reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${kinds.join(', ')}` }
}

function finalizers(all: string[]): Said {
  const type = 'NamespaceFinalizersRemaining'
  if (all.length === 0)
    return { type, status: 'False', reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' }
  const held = counted(all).map(([finalizer, count]) => `${finalizer} in ${count} resource instances`)
  return {
    type,
    status: 'True',
    reason: 'SomeFinalizersRemain',
    message: `Some content in the namespace has finalizers remaining: ${held.join(', ')}`,
  }
}

/** Each text and how often it is there, by the alphabet. */
function counted(texts: string[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
}
