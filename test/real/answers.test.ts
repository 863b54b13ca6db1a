import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { available, type ControlPlane, startControlPlane } from '../../hack/control-plane/control-plane.ts'
import { findCredentials } from '../../src/kube/auth.ts'
import { seeded, systemClock } from '../../src/kube/clock.ts'
import { Unreachable } from '../../src/kube/errors.ts'
import { HttpTransport } from '../../src/kube/http.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { comparable } from '../conformance/alike.ts'
import { Bed, type Body, type Cluster, place, version } from '../conformance/bed.ts'
import { type RandomRequest, RandomRequests, serviceTargets, type Target, targets } from '../conformance/random-requests.ts'
import { define } from '../conformance/widgets.ts'

const numbers = (text: string) => text.split(',').map(Number)
const count = Number(process.env.ANSWERS_COUNT ?? 750)
const seeds = numbers(process.env.ANSWERS_SEEDS ?? '1,2')
/** Ports that the requests ask for. */
const ports = [0, 30100, 30101, 30500]

/** A server, and what was last seen of each object: answers are compared by whether they made a new version, not by its number. */
class Server {
  readonly #transport: Transport
  readonly #versions = new Map<string, string>()

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async ask({ method, query, contentType, body }: RandomRequest, { path, key }: { path: string; key: string }): Promise<unknown> {
    const answer = await this.#transport.request({ method, path, query, body, ...(contentType && { contentType }) })
    const object = answer.body as Body
    const same = version(object) === this.#versions.get(key)
    if (answer.status < 300) this.#versions.set(key, version(object))
    const unknown = (answer.headers.warning ?? '').split('299 - ').filter(text => text.includes('unknown field'))
    return comparable({ status: answer.status, unknown, object, same }, { ports })
  }

  /** Takes an object away, whatever holds it. */
  async forget(key: string): Promise<void> {
    this.#versions.delete(key)
    const body = { metadata: { finalizers: null } }
    await this.#transport.request({ method: 'PATCH', path: key, body, contentType: 'application/merge-patch+json' })
    await this.#transport.request({ method: 'DELETE', path: key })
  }
}

interface Comparison {
  seed: number
  targets: (group: string) => Target[]
  /** The sandbox, and the one that is right. */
  transports: Transport[]
}

const cluster = (transport: Transport): Cluster => ({
  transport: () => transport,
  forget: () => {},
  shared: new Map(),
  close: async () => {},
})

async function disagreements({ seed, targets, transports }: Comparison): Promise<unknown[]> {
  const namespace = `s${seed}`
  let group = ''
  for (const transport of transports) {
    group = await define(new Bed(cluster(transport)), { group: `s${seed}.example.com` })
    await transport.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } })
  }
  const kinds = targets(group)
  const requests = new RandomRequests(seeded(seed), kinds)
  const [sandbox, real] = transports.map(transport => new Server(transport)) as [Server, Server]
  const found: unknown[] = []
  for (let index = 0; index < count && found.length < 5; index++) {
    const request = requests.next()
    const { resource } = kinds[request.target]!
    const key = place(resource, { namespace, name: request.name })
    const main = request.method === 'POST' ? place(resource, { namespace }) : key
    const path = main + (request.subresource ? `/${request.subresource}` : '')
    const answers = await Promise.all([sandbox.ask(request, { path, key }), real.ask(request, { path, key }).catch(crash)])
    const [answer, expected] = answers.map(each => JSON.stringify(each))
    if (answer === expected) continue
    if (answers[1] !== undefined) found.push({ seed, index, request, answer: answers[0], expected: answers[1] })
    // One disagreement shall not be followed by others.
    await Promise.all([sandbox, real].map(server => server.forget(key)))
  }
  for (const { resource } of kinds) for (const name of ['a', 'b']) await real.forget(place(resource, { namespace, name }))
  return found
}

/** kube-apiserver 1.35 panics when a Service with an address is made headless and asks for a family that the cluster has not. */
function crash(error: unknown): undefined {
  if (!(error instanceof Unreachable)) throw error
}

describe.skipIf(!available()).each([
  { what: 'requests by chance', families: ['IPv4' as const], serviceCIDRs: ['10.96.0.0/16'], targets },
  { what: 'Services by chance', families: ['IPv4' as const], serviceCIDRs: ['10.96.0.0/16'], targets: () => serviceTargets },
  {
    what: 'Services by chance on two families',
    families: ['IPv4' as const, 'IPv6' as const],
    serviceCIDRs: ['10.96.0.0/16', 'fd00:96::/112'],
    targets: () => serviceTargets,
  },
])('$what', ({ families, serviceCIDRs, targets }) => {
  let plane: ControlPlane
  beforeAll(async () => {
    plane = await startControlPlane({ controllers: false, families })
  })
  afterAll(() => plane?.close())

  test.each(seeds)('are answered alike by the sandbox and by kube-apiserver, seed %i', async seed => {
    const sandbox = new Sandbox({ clock: systemClock, random: seeded(seed), rootCertificate: null, serviceCIDRs })
    const credentials = findCredentials({ kubeconfig: plane.kubeconfig('admin'), env: {}, clock: systemClock })
    const transports = [sandbox.transport({ userAgent: 'x' }), new HttpTransport({ credentials, userAgent: 'x' })]
    expect(await disagreements({ seed, targets, transports })).toEqual([])
    await Promise.all(transports.map(transport => transport.close()))
    sandbox.close()
  })
})
