/** A cache over a scripted server, in virtual time. */
import { Cache, type CacheEvent, type CacheOptions } from '../src/kube/cache.ts'
import { Client } from '../src/kube/client.ts'
import { seeded } from '../src/kube/clock.ts'
import type { KubeObject } from '../src/kube/objects.ts'
import type { Request } from '../src/kube/transport.ts'
import { VirtualTime } from '../src/sandbox/virtual-time.ts'
import { ScriptedTransport } from './scripted.ts'

type Script = ConstructorParameters<typeof ScriptedTransport>

export function cacheOf(answer: Script[0], answerWatch?: Script[1], options: Partial<CacheOptions> = {}) {
  const time = new VirtualTime(0)
  const transport = new ScriptedTransport(answer, answerWatch)
  const client = new Client({ transport, clock: time.clock, random: seeded(1), fieldManager: 'calico-operator' })
  const cache = new Cache({ client, clock: time.clock, random: seeded(2), ...options })
  const events: string[] = []
  cache.subscribe(event => events.push(inWords(event)))
  /** Lets everything that needs no time happen. */
  const settle = () => time.run(undefined, 0)
  return { cache, transport, time, events, settle }
}

const inWords = ({ type, object, view }: CacheEvent): string =>
  type === 'state' ? `state ${view.state}` : `${type} ${object?.metadata.name}`
export const names = (objects: KubeObject[]) => objects.map(({ metadata }) => metadata.name)
export const never = () => new Error('nothing should be asked for')
export const isWatchList = ({ query }: Request) => query?.sendInitialEvents === 'true'
