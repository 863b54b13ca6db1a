/** What is behind some objects besides status: scale, finalize, tokens, evictions, bindings. */

import { mergePatch } from '../../kube/mergepatch.ts'
import { isMap } from '../../kube/objects.ts'
import { type Answer, aboutResource, type Call, isDryRun } from '../call.ts'
import { patchBody, sentObject } from '../codec.ts'
import { at, put } from '../fields.ts'
import { timestamp, uuid } from '../meta.ts'
import { type Item, withMeta } from '../objects.ts'
import { tracked } from '../ownership.ts'
import { conflict, methodNotAllowed, notFound } from '../refusals.ts'
import { finalizersOf } from '../rules/namespaces.ts'
import { storageKey } from '../served.ts'
import type { Server } from '../server.ts'
import { isFinished, replace } from '../write.ts'
import { deletion } from './remove.ts'
import { stored } from './update.ts'

type Handler = (server: Server, call: Call, object: Item) => Answer

const handlers: Record<string, Handler> = {
  scale,
  'namespaces/finalize': finalize,
  'serviceaccounts/token': token,
  'pods/eviction': evict,
  'pods/binding': bind,
  'pods/log': () => ({ status: 200, body: '' }),
}

/** Those that are written like the object itself. */
const alike = new Set(['status', 'approval', 'ephemeralcontainers', 'resize'])

/** Undefined when the subresource is written and read like the object. Throws Refusal. */
export function subresource(server: Server, call: Call): Answer | undefined {
  const { subresource: name, served } = call
  if (name === undefined || alike.has(name)) return undefined
  const handler = handlers[`${served.plural}/${name}`] ?? handlers[name]
  if (!handler) throw methodNotAllowed()
  const object = stored(server, call)
  if (!object) throw notFound(aboutResource(call))
  return handler(server, call, object)
}

/** https://kubernetes.io/docs/reference/kubernetes-api/ (autoscaling/v1 Scale) */
function scale(server: Server, call: Call, object: Item): Answer {
  const paths = call.served.custom?.version.subresources?.scale ?? {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: undefined,
  }
  const pathOf = (path: string) => path.split('.').filter(Boolean)
  const shown = (item: Item) => {
    const { name, namespace, uid, resourceVersion, creationTimestamp } = item.metadata
    const selector = paths.labelSelectorPath
      ? at(item, pathOf(paths.labelSelectorPath))
      : selectorText(at(item, ['spec', 'selector', 'matchLabels']))
    return {
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
      spec: { replicas: at(item, pathOf(paths.specReplicasPath)) ?? 0 },
      status: { replicas: at(item, pathOf(paths.statusReplicasPath)) ?? 0, ...(selector !== undefined && { selector }) },
    }
  }
  if (call.verb === 'get') return { status: 200, body: shown(object) }
  const wanted = call.verb === 'patch' ? mergePatch(shown(object), patchBody(call)) : patchBody(call)
  const replicas = isMap(wanted) ? at(wanted, ['spec', 'replicas']) : undefined
  const scaled = put(withMeta(object, { resourceVersion: undefined }), pathOf(paths.specReplicasPath), Number(replicas ?? 0))
  const main: Call = { ...call, subresource: 'scale' }
  const owned = tracked(main, { object: scaled, old: object }, { catalogue: server.catalogue, now: timestamp(server.clock) })
  const { subresource: _, ...whole } = call
  return {
    status: 200,
    body: shown(replace(server, whole, { object: withMeta(owned, { resourceVersion: object.metadata.resourceVersion }), old: object })),
  }
}

const selectorText = (labels: unknown) =>
  isMap(labels)
    ? Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(',')
    : undefined

/** Whoever empties a Namespace says so by taking its own finalizer away. */
function finalize(server: Server, call: Call, object: Item): Answer {
  const next = put(object, ['spec', 'finalizers'], finalizersOf(sentObject(call)))
  const done = finalizersOf(next).length === 0 && isFinished(next)
  const kind = storageKey(call.served)
  return { status: 200, body: done ? server.store.remove(kind, next) : server.store.put(kind, next) }
}

/** A token that this server alone would know; nothing here checks it. */
function token({ clock, random }: Server, call: Call, account: Item): Answer {
  const sent = sentObject({ ...call, served: { ...call.served, apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' } })
  const { name, namespace, uid } = account.metadata
  const { expirationSeconds = 3600, audiences = issuer, boundObjectRef = null } = (sent.spec ?? {}) as Record<string, unknown>
  const expirationTimestamp = timestamp({ ...clock, now: () => clock.now() + Number(expirationSeconds) * 1000 })
  const metadata = { name, namespace, uid, creationTimestamp: timestamp(clock) }
  const spec = { audiences, expirationSeconds, boundObjectRef }
  return { status: 201, body: { ...sent, metadata, spec, status: { token: uuid(random), expirationTimestamp } } }
}

/** Who takes tokens that are for nobody in particular. */
const issuer = ['https://kubernetes.default.svc']

function evict(server: Server, call: Call, pod: Item): Answer {
  deletion(server, call, { old: pod, options: { dryRun: isDryRun(call) } })
  return { status: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } }
}

function bind(server: Server, call: Call, pod: Item): Answer {
  const target = at(patchBody(call), ['target', 'name'])
  const bound = at(pod, ['spec', 'nodeName'])
  if (bound)
    throw conflict({ resource: 'pods/binding', name: pod.metadata.name }, `pod ${pod.metadata.name} is already assigned to node "${bound}"`)
  const condition = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: timestamp(server.clock) }
  const conditions = [
    ...((at(pod, ['status', 'conditions']) ?? []) as { type: string }[]).filter(({ type }) => type !== 'PodScheduled'),
    condition,
  ]
  server.store.put('pods', put(put(pod, ['spec', 'nodeName'], target), ['status', 'conditions'], conditions))
  return { status: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } }
}
