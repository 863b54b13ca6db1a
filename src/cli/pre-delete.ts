/** What goes before an uninstall (`--pre-delete`): the resources that ask for Calico are deleted in order, and the operator that is still running takes Calico away. */
import { APIServer } from '../../api/apiserver.ts'
import { Goldmane } from '../../api/goldmane.ts'
import { Installation } from '../../api/installation.ts'
import { Whisker } from '../../api/whisker.ts'
import type { Client } from '../kube/client.ts'
import { type Clock, pause } from '../kube/clock.ts'
import { isNotFound } from '../kube/errors.ts'
import type { KubeObject } from '../kube/objects.ts'
import type { Log } from './log.ts'

/** What is shown before what it is shown of, and Calico before its API server (spec/installation-controller.md §1.5). */
const order = [Whisker, Goldmane, Installation, APIServer]

const patience = { everyMs: 1_000, tellMs: 15_000, allMs: 300_000 }

interface Tools {
  client: Client
  clock: Clock
  log: Log
  stop: AbortSignal
}

/** True when the Installation is gone; false when it is still there after five minutes, with what holds it in the log. Throws what the client throws. */
export async function preDelete(tools: Tools): Promise<boolean> {
  const { client, log } = tools
  client.kinds.register(...order)
  for (const kind of order) {
    const ref = { apiVersion: kind.apiVersion, kind: kind.kind, name: 'default' }
    try {
      await client.delete(ref)
      log.info(`${kind.kind} default is being deleted`)
    } catch (error) {
      if (!isNotFound(error)) throw error
      log.info(`there is no ${kind.kind} default`)
    }
  }
  return gone(tools)
}

async function gone({ client, clock, log, stop }: Tools): Promise<boolean> {
  const begun = clock.now()
  let told = begun
  for (;;) {
    const left = await find(client)
    if (!left) {
      log.info('Installation default is gone')
      return true
    }
    const now = clock.now()
    if (now - begun >= patience.allMs) {
      log.error(`Installation default is still there after ${patience.allMs / 60_000} minutes: ${held(left)}`)
      return false
    }
    if (now - told >= patience.tellMs) {
      told = now
      log.info(`waiting for Installation default to go: ${held(left)}`)
    }
    await pause(clock, patience.everyMs, stop)
  }
}

async function find(client: Client): Promise<Installation | undefined> {
  try {
    return await client.get(Installation, 'default')
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

function held({ metadata, status }: KubeObject & Pick<Installation, 'status'>): string {
  const finalizers = metadata.finalizers ?? []
  const said = status?.conditions?.filter(({ type, status: is }) => type !== 'Ready' && is === 'True').map(({ message }) => message) ?? []
  const holders = finalizers.length > 0 ? `it is held by ${finalizers.join(', ')}` : 'nothing holds it any more'
  return [holders, ...said.filter(Boolean), 'see that the operator is running, and its log'].join('; ')
}
