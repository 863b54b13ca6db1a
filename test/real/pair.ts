/** The sandbox and a real API server side by side: asked the same, they shall answer alike. */
import type { ControlPlane } from '../../hack/control-plane/control-plane.ts'
import { findCredentials } from '../../src/kube/auth.ts'
import { seeded, systemClock } from '../../src/kube/clock.ts'
import { Unreachable } from '../../src/kube/errors.ts'
import { HttpTransport } from '../../src/kube/http.ts'
import type { Request, Transport } from '../../src/kube/transport.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { comparable } from '../conformance/alike.ts'
import { type Body, version } from '../conformance/bed.ts'

export interface PairOptions {
  seed: number
  serviceCIDRs?: string[]
  /** Of Services, those that are asked for and so are not drawn by lot. */
  ports?: readonly number[]
}

export interface Disagreement {
  request: Request
  answer: unknown
  expected: unknown
}

export class Pair {
  /** The sandbox, and the one that is right. */
  readonly transports: readonly [Transport, Transport]
  readonly #sandbox: Sandbox
  readonly #ports: readonly number[]
  /** Of each, what was last seen of each object: answers are compared by whether they made a new version, not by its number. */
  readonly #versions = [new Map<string, string>(), new Map<string, string>()] as const

  constructor(plane: ControlPlane, { seed, serviceCIDRs, ports = [] }: PairOptions) {
    this.#sandbox = new Sandbox({
      clock: systemClock,
      random: seeded(seed),
      rootCertificate: null,
      ...(serviceCIDRs && { serviceCIDRs }),
    })
    const credentials = findCredentials({ kubeconfig: plane.kubeconfig('admin'), env: {}, clock: systemClock })
    this.transports = [this.#sandbox.transport({ userAgent: 'x' }), new HttpTransport({ credentials, userAgent: 'x' })]
    this.#ports = ports
  }

  /** Both are asked about the object at a path. Undefined when they agree. */
  async ask(request: Request, key: string): Promise<Disagreement | undefined> {
    const answers = await Promise.all([this.#ask(0, request, key), this.#ask(1, request, key).catch(crash)])
    const [answer, expected] = answers
    if (JSON.stringify(answer) === JSON.stringify(expected)) return undefined
    // One disagreement shall not be followed by others.
    await this.forget(key)
    return expected === undefined ? undefined : { request, answer, expected }
  }

  async #ask(index: 0 | 1, request: Request, key: string): Promise<unknown> {
    const versions = this.#versions[index]
    const { status, body, headers } = await this.transports[index].request(request)
    const object = body as Body
    const same = typeof body === 'object' && version(object) === versions.get(key)
    if (status < 300) versions.set(key, version(object))
    const unknown = (headers.warning ?? '').split('299 - ').filter(text => text.includes('unknown field'))
    return comparable({ status, unknown, object, same }, { ports: this.#ports })
  }

  /** Takes an object away on both, whatever holds it. */
  async forget(key: string): Promise<void> {
    for (const versions of this.#versions) versions.delete(key)
    const body = { metadata: { finalizers: null } }
    for (const transport of this.transports) {
      await transport.request({ method: 'PATCH', path: key, body, contentType: 'application/merge-patch+json' })
      await transport.request({ method: 'DELETE', path: key })
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.transports.map(transport => transport.close()))
    this.#sandbox.close()
  }
}

/** kube-apiserver 1.35 panics when a Service with an address is made headless and asks for a family that the cluster has not. */
function crash(error: unknown): undefined {
  if (!(error instanceof Unreachable)) throw error
}
