/** APIServices: those without a Service are always available. */

import { put } from '../fields.ts'
import type { Item } from '../objects.ts'
import { now } from '../server.ts'
import type { Preparation } from './preparation.ts'

export const apiService: Preparation = {
  create(object, server) {
    return isLocal(object) ? put(object, ['status'], { conditions: [available(now(server))] }) : object
  },
}

export const isLocal = ({ spec }: Item): boolean => (spec as { service?: unknown } | undefined)?.service === undefined

const available = (lastTransitionTime: string) => ({
  type: 'Available',
  status: 'True',
  lastTransitionTime,
  reason: 'Local',
  message: 'Local APIServices are always available',
})
