/** Requests by chance, for comparing two servers: sensible ones mostly, about few objects, so that they meet each other. Sends nothing. */
import type { Random } from '../../src/kube/clock.ts'
import type { Request } from '../../src/kube/transport.ts'
import type { Body } from './bed.ts'

export interface RandomRequest {
  /** Index into the targets given. */
  target: number
  name: string
  method: Request['method']
  subresource?: string
  contentType?: string
  query: Record<string, string>
  body?: unknown
}

export interface Target {
  resource: string
  kind: string
  /** Fields that objects of the kind have, and values they may take. */
  fields: Record<string, readonly unknown[]>
}

const texts = ['1', '2', '']
const env = [
  [{ name: 'A', value: '1' }],
  [
    { name: 'B', value: '2' },
    { name: 'A', value: '1' },
  ],
  [
    { name: 'A', value: '' },
    { name: 'C', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  ],
  [],
]
const ports = [
  [{ containerPort: 80 }],
  [
    { containerPort: 80, protocol: 'UDP' },
    { containerPort: 80, name: 'a' },
  ],
  [{ containerPort: 81, name: 'b' }],
  [],
]
const container = (name: string) => ({
  name,
  image: `${name}:1`,
})
const containers = [
  [container('c')],
  [container('c'), container('d')],
  [container('d'), container('c')],
  ...env.map(each => [{ ...container('c'), env: each }]),
  ...ports.map(each => [{ ...container('c'), ports: each }]),
  [{ ...container('c'), resources: { limits: { cpu: '1000m', memory: '1Gi' } }, command: ['x', 'y'] }],
  [{ ...container('c'), command: [], securityContext: { privileged: false } }],
]

/** `path` of fields with dots; `metadata` fields apply to all. */
export const targets = (group: string): Target[] => [
  {
    resource: 'configmaps',
    kind: 'ConfigMap',
    fields: { 'data.x': texts, 'data.y': texts, data: [{}, { z: '1' }, 'x'], immutable: [false], oops: [1] },
  },
  { resource: 'secrets', kind: 'Secret', fields: { 'data.x': ['MQ==', ''], 'stringData.x': texts, type: ['Opaque', 'a/b'] } },
  {
    resource: 'services',
    kind: 'Service',
    fields: {
      'spec.ports': [
        [{ port: 80 }],
        [
          { port: 80, name: 'a' },
          { port: 81, name: 'b' },
        ],
        [
          { port: 81, name: 'b', targetPort: 'x' },
          { port: 80, name: 'a' },
        ],
        [],
      ],
      'spec.selector': [{ a: 'b' }, {}, { c: 'd' }],
      'spec.clusterIP': ['None'],
      'spec.sessionAffinity': ['None', 'ClientIP'],
      'spec.externalIPs': [[], ['1.2.3.4']],
    },
  },
  {
    resource: 'apps/v1/deployments',
    kind: 'Deployment',
    fields: {
      'spec.replicas': [0, 1, 3],
      'spec.selector': [{ matchLabels: { a: 'b' } }],
      'spec.template.metadata.labels': [{ a: 'b' }, { a: 'b', c: 'd' }],
      'spec.template.spec.containers': containers,
      'spec.template.spec.hostNetwork': [false, true],
      'spec.template.spec.tolerations': [[], [{ operator: 'Exists' }], [{ key: 'a' }, { key: 'b' }]],
      'spec.template.spec.volumes': [
        [],
        [{ name: 'v', emptyDir: {} }],
        [
          { name: 'w', hostPath: { path: '/x' } },
          { name: 'v', emptyDir: {} },
        ],
      ],
      'spec.paused': [true, false],
      'spec.minReadySeconds': [0, 5],
      'spec.strategy': [{}, { type: 'Recreate' }],
    },
  },
  {
    resource: `${group}/v1/widgets`,
    kind: 'Widget',
    fields: {
      'spec.size': [1, 2, 200, 'big'],
      'spec.max': [1, 50],
      'spec.mode': ['Auto', 'Manual', 'None'],
      'spec.name': ['a', 'b', ''],
      'spec.labels': [{}, { a: '1' }, { b: '2' }],
      'spec.parts': [
        [],
        [{ name: 'a' }],
        [
          { name: 'b', value: '1' },
          { name: 'a', port: 1 },
        ],
        [{ name: 'a' }, { name: 'b' }],
        [{ name: 'a' }, { name: 'a' }],
      ],
      'spec.tags': [[], ['a'], ['b', 'a'], ['c', 'b'], ['a', 'a']],
      'spec.words': [[], ['a'], ['b', 'a']],
      'spec.pair': [{}, { a: '1' }, { b: '1' }],
      'spec.free': [{}, { x: { y: 1 } }, { x: { z: 2 }, l: [1] }, { l: [{ a: null }] }],
      'spec.amount': [1, '1', '50%'],
      'spec.maybe': [null, 'x'],
      'spec.inner': [{}, { x: 'z' }, { oops: 1 }],
      'status.phase': ['Ready', 'Broken'],
      spec: [{}],
    },
  },
]

/**
 * Services for all that can be said of their addresses and ports. Ports are of the part of the range from which no server chooses by itself:
 * https://kubernetes.io/docs/concepts/services-networking/service/#avoid-nodeport-collisions
 */
export const serviceTargets: Target[] = [
  {
    resource: 'services',
    kind: 'Service',
    fields: {
      'spec.ports': [
        [{ port: 80 }],
        [{ port: 80, nodePort: 30010 }],
        [
          { port: 80, name: 'a' },
          { port: 80, name: 'b', protocol: 'UDP' },
        ],
        [
          { port: 81, name: 'b', nodePort: 30011 },
          { port: 80, name: 'a' },
        ],
        [
          { port: 80, name: 'b' },
          { port: 81, name: 'a' },
        ],
      ],
      'spec.type': ['ClusterIP', 'NodePort', 'LoadBalancer'],
      'spec.selector': [{ a: 'b' }, {}],
      'spec.clusterIP': ['None', '10.96.0.77', ''],
      'spec.clusterIPs': [['None'], ['10.96.0.77'], ['10.96.0.77', 'fd00:96::77'], []],
      'spec.ipFamilies': [['IPv4'], ['IPv6'], ['IPv4', 'IPv6'], ['IPv6', 'IPv4'], []],
      'spec.ipFamilyPolicy': ['SingleStack', 'PreferDualStack', 'RequireDualStack'],
      'spec.externalTrafficPolicy': ['Cluster', 'Local'],
      'spec.internalTrafficPolicy': ['Cluster', 'Local'],
      'spec.externalIPs': [[], ['1.2.3.4']],
      'spec.healthCheckNodePort': [30050, 0],
      'spec.allocateLoadBalancerNodePorts': [true, false],
    },
  },
]

const common: Target['fields'] = {
  'metadata.labels.l': texts,
  'metadata.labels.m': texts,
  'metadata.annotations.n': texts,
  'metadata.labels': [{}],
  'metadata.finalizers': [[], ['a.b/c'], ['a.b/d', 'a.b/c']],
}
/** Without which an object of the kind is invalid; most requests have them. */
const needed: Record<string, string[]> = {
  Service: ['spec.ports'],
  Deployment: ['spec.selector', 'spec.template.metadata.labels', 'spec.template.spec.containers'],
}
const managers = ['one', 'two', 'three']

/** Draws requests; the same ones for the same source of chance. */
export class RandomRequests {
  readonly #random: Random
  readonly #targets: Target[]
  readonly #apiVersions: string[]

  constructor(random: Random, targets: Target[]) {
    this.#random = random
    this.#targets = targets
    this.#apiVersions = this.#targets.map(({ resource }) => resource.split('/').slice(0, -1).join('/') || 'v1')
  }

  next(): RandomRequest {
    const target = Math.floor(this.#random() * this.#targets.length)
    const name = this.#pick(['a', 'b'])
    const query = { fieldManager: this.#pick(managers), ...(this.#random() < 0.1 && { dryRun: 'All' }) }
    const kind = this.#random()
    if (kind < 0.4) return this.#apply(target, { name, query })
    if (kind < 0.5) return { target, name, method: 'POST', query, body: this.#object(target, name) }
    if (kind < 0.6) return { target, name, method: 'PUT', query, body: this.#object(target, name) }
    if (kind < 0.75) return { target, name, method: 'PATCH', query, contentType: 'application/merge-patch+json', body: this.#patch(target) }
    if (kind < 0.85) return this.#strategic(target, { name, query })
    if (kind < 0.92) return this.#status(target, { name, query })
    return { target, name, method: 'DELETE', query: {} }
  }

  #apply(target: number, { name, query }: Pick<RandomRequest, 'name' | 'query'>): RandomRequest {
    const force = this.#random() < 0.3 && { force: 'true' }
    return {
      target,
      name,
      method: 'PATCH',
      query: { ...query, ...force },
      contentType: 'application/apply-patch+yaml',
      body: this.#object(target, name),
    }
  }

  #strategic(target: number, { name, query }: Pick<RandomRequest, 'name' | 'query'>): RandomRequest {
    return { target, name, method: 'PATCH', query, contentType: 'application/strategic-merge-patch+json', body: this.#patch(target) }
  }

  #status(target: number, { name, query }: Pick<RandomRequest, 'name' | 'query'>): RandomRequest {
    const body = { status: this.#pick([{}, { phase: 'Ready' }, { collisionCount: 2 }]), spec: { size: 9, replicas: 9 } }
    return { target, name, method: 'PATCH', subresource: 'status', query, contentType: 'application/merge-patch+json', body }
  }

  #object(target: number, name: string): Body {
    const { kind, fields } = this.#targets[target]!
    const object: Body = { apiVersion: this.#apiVersions[target], kind, metadata: { name } }
    const always = this.#random() < 0.95 ? (needed[kind] ?? []) : []
    const names = [...always, ...this.#some([...Object.keys(fields), ...Object.keys(common)])]
    for (const path of names) put(object, path, this.#value({ ...common, ...fields }[path]!))
    return object
  }

  #patch(target: number): Body {
    const { fields } = this.#targets[target]!
    const all = { ...common, ...fields }
    const patch: Body = {}
    for (const path of this.#some(Object.keys(all))) put(patch, path, this.#random() < 0.25 ? null : this.#value(all[path]!))
    return patch
  }

  #some(names: string[]): string[] {
    const share = this.#random() * 0.6
    return names.filter(() => this.#random() < share)
  }

  #value(values: readonly unknown[]): unknown {
    return structuredClone(this.#pick(values))
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)]!
  }
}

function put(object: Body, path: string, value: unknown): void {
  const names = path.split('.')
  const last = names.pop()!
  let at: Body = object
  for (const name of names) {
    const inner = at[name]
    // A part that was drawn as a whole, say as text, has no parts.
    if (inner !== undefined && (typeof inner !== 'object' || inner === null || Array.isArray(inner))) return
    at[name] = { ...(inner as Body | undefined) }
    at = at[name] as Body
  }
  at[last] = value
}
