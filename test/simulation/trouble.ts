/** What can go wrong between an operator and its server, when a test says so: the line, single requests, the clock. */
import type { Clock } from '../../src/kube/clock.ts'
import { Unreachable } from '../../src/kube/errors.ts'
import type { Request, Transport, WatchResponse } from '../../src/kube/transport.ts'

/** A server that is out of reach while `down` is true, and watches that end with it. */
export class Line {
  down = false
  readonly #open = new Set<() => void>()
  asked = 0

  through = (inner: Transport): Transport => ({
    request: async request => {
      this.#ask()
      return inner.request(request)
    },
    watch: async request => {
      this.#ask()
      return this.#kept(await inner.watch(request))
    },
    close: () => inner.close(),
  })

  cut(): void {
    this.down = true
    for (const close of [...this.#open]) close()
  }

  #ask(): void {
    this.asked++
    if (this.down) throw new Unreachable('connect ECONNREFUSED 10.96.0.1:443', { code: 'ECONNREFUSED' })
  }

  #kept(watch: WatchResponse): WatchResponse {
    this.#open.add(watch.close)
    return {
      ...watch,
      close: () => {
        this.#open.delete(watch.close)
        watch.close()
      },
    }
  }
}

/** Lets requests of some kind hang, or fail, while a test says so. */
export function disturbing(inner: Transport, disturb: (request: Request) => Promise<never> | undefined): Transport {
  return {
    request: request => disturb(request) ?? inner.request(request),
    watch: request => disturb({ ...request, query: { ...request.query, watch: 'true' } }) ?? inner.watch(request),
    close: () => inner.close(),
  }
}

/** The clock of a process that goes wrong by `ms` against all others. */
export class Skew {
  ms = 0

  clock = ({ now, after }: Clock): Clock => ({ now: () => now() + this.ms, after })
}
