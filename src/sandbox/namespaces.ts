/** What a Namespace allows: nothing new when it is absent or going. Never deletes anything. */
import { aboutResource, type Call } from './call.ts'
import type { Item } from './objects.ts'
import { forbidden, notFound } from './refusals.ts'
import type { Server } from './server.ts'

/** Namespaces without which a cluster is none. */
const needed = new Set(['default', 'kube-system', 'kube-public'])

/** Throws Refusal when an object cannot be created for want of its Namespace. */
export function requireNamespace({ store }: Server, call: Call, { metadata }: Item): void {
  if (!call.served.namespaced || call.namespace === undefined) return
  const namespace = store.collection('namespaces').get(call.namespace)
  if (!namespace) throw notFound({ resource: 'namespaces', name: call.namespace })
  const { phase } = (namespace.status ?? {}) as { phase?: string }
  if (phase !== 'Terminating' && !namespace.metadata.deletionTimestamp) return
  const message = `namespace ${call.namespace} is being terminated`
  throw forbidden(
    { ...aboutResource(call), name: metadata.name },
    `unable to create new content in namespace ${call.namespace} because it is being terminated`,
    [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }],
  )
}

/** Throws Refusal when a Namespace may not be deleted. */
export function refuseNeeded(name: string): void {
  if (needed.has(name)) throw forbidden({ resource: 'namespaces', name }, 'this namespace may not be deleted')
}
