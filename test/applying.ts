/** An applier on a sandbox, and others who write there. */
import { Applier, type ApplyNews } from '../src/kube/apply.ts'
import { Cache } from '../src/kube/cache.ts'
import { Client } from '../src/kube/client.ts'
import { seeded } from '../src/kube/clock.ts'
import { ConfigMap, Deployment } from '../src/kube/kinds.ts'
import type { Kind, KubeObject } from '../src/kube/objects.ts'
import { builtinSchema } from '../src/kube/schema.ts'
import type { Request, Transport } from '../src/kube/transport.ts'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import { VirtualTime } from '../src/sandbox/virtual-time.ts'

export const manager = 'calico-operator'
export const predecessors = ['operator']

/** A cluster, an applier on it with the kinds' views open, and others who write there. */
export async function bed(...kinds: Kind[]) {
  const time = new VirtualTime()
  const sandbox = new Sandbox({ clock: time.clock, random: seeded(1) })
  const asked: Request[] = []
  const transport = recording(sandbox.transport(), asked)
  const clientOf = (fieldManager: string, by: Transport = sandbox.transport()) =>
    new Client({ transport: by, clock: time.clock, random: seeded(2), fieldManager })
  const client = clientOf(manager, transport)
  const cache = new Cache({ client, clock: time.clock, random: seeded(3), managers: [manager, ...predecessors] })
  const news: ApplyNews[] = []
  const applier = new Applier({
    client,
    cache,
    schemas: builtinSchema,
    manager,
    predecessors,
    clock: time.clock,
    report: item => news.push(item),
  })
  await Promise.all(kinds.map(kind => cache.view(kind).settled()))
  const settle = () => time.run(undefined, 0)
  const writes = () => asked.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)
  return {
    time,
    sandbox,
    client,
    cache,
    applier,
    news,
    asked,
    settle,
    writes,
    clientOf,
    live: (kind: Kind, name: string) => client.get(kind, name, kind.namespaced ? 'default' : undefined),
  }
}

export const recording = (inner: Transport, asked: Request[]): Transport => ({
  request(request) {
    asked.push(request)
    return inner.request(request)
  },
  watch: request => inner.watch(request),
  close: () => inner.close(),
})

export const object = <T extends KubeObject>(kind: Kind<T>, content: object, metadata: object = {}) =>
  ({
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: { name: 'x', ...(kind.namespaced && { namespace: 'default' }), ...metadata },
    ...content,
  }) as unknown as T
export const configMap = (data: Record<string, string>, metadata: object = {}) => object(ConfigMap, { data }, metadata)
export const deployment = (container: object, spec: object = {}) =>
  object(Deployment, {
    spec: {
      selector: { matchLabels: { app: 'x' } },
      template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'i:1', ...container }], ...spec } },
    },
  })
