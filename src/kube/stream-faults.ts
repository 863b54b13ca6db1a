/** What goes wrong with the events of a watch: late, twice, overtaken, cut short. Keeps to what a real server could do: no object's states change order, none is lost. */
import type { Random } from './clock.ts'
import { Unreachable } from './errors.ts'
import type { Status, WatchEvent, WatchResponse } from './transport.ts'

export const streamFaults = ['cut', 'gone', 'repeated', 'late', 'overtaken'] as const
type StreamFault = (typeof streamFaults)[number]

export const expired: Status = {
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code: 410,
  reason: 'Expired',
  message: 'too old resource version',
}

export interface Disturber {
  /** Which fault happens at this event, if any. */
  pick(faults: readonly StreamFault[]): StreamFault | undefined
  random: Random
  wait(milliseconds: number): Promise<void>
  alive(): boolean
  ended(): void
}

const longest = 2000

export async function* disturbed(
  { events, close }: Pick<WatchResponse, 'events' | 'close'>,
  disturber: Disturber,
): AsyncGenerator<WatchEvent> {
  const source = new Lookahead(events)
  try {
    for (let event = await source.take(); event && disturber.alive(); event = await source.take()) {
      const fault = event.type === 'ERROR' ? undefined : disturber.pick(streamFaults)
      if (fault === 'late') await disturber.wait(longest * disturber.random())
      yield* delivered(event, { fault, source, disturber })
      if (fault === 'cut' || fault === 'gone') return yield* ending(fault, disturber.random)
    }
    if (!disturber.alive()) throw new Unreachable('killed', { code: 'KILLED' })
  } finally {
    disturber.ended()
    close()
  }
}

async function* delivered(
  event: WatchEvent,
  { fault, source, disturber }: { fault: StreamFault | undefined; source: Lookahead; disturber: Disturber },
): AsyncGenerator<WatchEvent> {
  if (fault === 'overtaken' && event.type !== 'BOOKMARK') {
    const next = await Promise.race([source.peek(), disturber.wait(longest)])
    if (next && mayOvertake(next, event)) yield (await source.take())!
  }
  yield event
  if (fault === 'repeated' && event.type !== 'BOOKMARK') yield event
}

/** No object's states change order, and nothing comes after what says "all until here". */
const mayOvertake = (next: WatchEvent, { object }: WatchEvent): boolean =>
  next.type !== 'BOOKMARK' && next.type !== 'ERROR' && next.object.metadata.uid !== object.metadata.uid

async function* ending(fault: StreamFault, random: Random): AsyncGenerator<WatchEvent> {
  if (fault === 'gone') yield { type: 'ERROR', object: expired as unknown as WatchEvent['object'] }
  else if (random() < 0.5) throw new Unreachable('read ECONNRESET', { code: 'ECONNRESET' })
}

/** Events, of which the next one can be looked at before it is taken. Undefined is the end. */
class Lookahead {
  readonly #iterator: AsyncIterator<WatchEvent>
  #next: Promise<WatchEvent | undefined> | undefined

  constructor(events: AsyncIterable<WatchEvent>) {
    this.#iterator = events[Symbol.asyncIterator]()
  }

  peek(): Promise<WatchEvent | undefined> {
    this.#next ??= this.#iterator.next().then(({ done, value }) => (done ? undefined : value))
    // Whoever takes it is told; the one who only looked may have gone away.
    this.#next.catch(() => {})
    return this.#next
  }

  take(): Promise<WatchEvent | undefined> {
    const next = this.peek()
    this.#next = undefined
    return next
  }
}
