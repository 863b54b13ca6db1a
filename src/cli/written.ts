/** Listens in between an operator and a server, and keeps of each object what the operator last said it should be. Changes nothing on the way. */
import type { KubeObject } from '../kube/objects.ts'
import type { Request, Response, Transport } from '../kube/transport.ts'

export interface WrittenObject {
  /** As it was sent: what the server adds is not in it. */
  sent: KubeObject
  /** What the server made of it. */
  stored: KubeObject
  /** The object was not there before. */
  created: boolean
}

export class Written implements Transport {
  readonly #transport: Transport
  /** By the path of the object. */
  readonly #objects = new Map<string, WrittenObject>()
  /** The first path of each object, by its uid and all its paths: some can be written under two groups, and are one object all the same. */
  readonly #places = new Map<string, string>()

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Every object that was created or changed, and was not deleted since; status aside. */
  get objects(): WrittenObject[] {
    return [...this.#objects.values()]
  }

  async request(request: Request): Promise<Response> {
    const response = await this.#transport.request(request)
    if (response.status < 300 && request.query?.dryRun === undefined) this.#note(request, response)
    return response
  }

  watch(request: Request): ReturnType<Transport['watch']> {
    return this.#transport.watch(request)
  }

  close(): Promise<void> {
    return this.#transport.close()
  }

  #placeOf(path: string): string {
    return this.#places.get(path) ?? path
  }

  #note({ method, path, contentType, body }: Request, { status, body: answer }: Response): void {
    if (method === 'DELETE') return void this.#objects.delete(this.#placeOf(path))
    // What was ours of somebody else's object is given up so.
    if (contentType?.includes('merge-patch') && !this.#objects.get(this.#placeOf(path))?.created)
      return void this.#objects.delete(this.#placeOf(path))
    // Only whole objects and apply configurations say what is wanted; a patch says how to get there.
    const whole = method === 'POST' || contentType?.includes('apply-patch')
    if (!whole || path.endsWith('/status') || !isObject(body) || !isObject(answer)) return
    const uid = answer.metadata.uid ?? ''
    const here = method === 'POST' ? `${path}/${answer.metadata.name}` : path
    const place = this.#places.get(uid) ?? here
    this.#places.set(uid, place).set(here, place)
    const known = this.#objects.get(place)
    const { apiVersion } = known?.stored ?? answer
    const created = status === 201 || (known?.created ?? false)
    this.#objects.set(place, { sent: { ...body, apiVersion }, stored: { ...answer, apiVersion }, created })
  }
}

const isObject = (value: unknown): value is KubeObject =>
  typeof value === 'object' && value !== null && typeof (value as Partial<KubeObject>).metadata === 'object'
