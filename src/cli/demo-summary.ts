/** What an installation has come to, in a few lines: what was made, what was asked of the API server, what runs. Pure. */
import type { LoggedRequest } from '../sandbox/sandbox.ts'
import type { Scene } from './progress.ts'
import { type Paint, wrapped } from './terminal.ts'

const writes = new Set(['create', 'update', 'patch', 'delete', 'deletecollection'])

/** Stands for a space at which no line ends. */
const tie = '~'

/** `requests` are those of the operator alone. */
export function summary(requests: readonly LoggedRequest[], scene: Scene, { paint, width }: { paint: Paint; width: number }): string[] {
  const row = (name: string, text: string) => {
    const [first = '', ...rest] = wrapped(text, width - 12).map(line => line.replaceAll(tie, ' '))
    return [`  ${paint('bold', name.padEnd(8))}  ${first}`, ...rest.map(line => `${' '.repeat(12)}${line}`)]
  }
  return [...row('Made', made(requests)), ...row('Asked', asked(requests)), ...row('Running', running(scene))]
}

/** Objects that the operator created and has not deleted since, by kind, the most frequent first. */
function made(requests: readonly LoggedRequest[]): string {
  const objects = new Map<string, string>()
  for (const { group, resource, kind, namespace = '', name = '', subresource, verb, status } of requests) {
    const key = [group, resource, namespace, name].join('/')
    if (verb === 'delete' && status < 400) objects.delete(key)
    else if (status === 201 && subresource === undefined) objects.set(key, kind)
  }
  const kinds = Map.groupBy(objects.values(), kind => kind)
  const counts = [...kinds].map(([kind, each]) => ({ kind, count: each.length }))
  counts.sort((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1))
  return `${objects.size} objects: ${counts.map(({ kind, count }) => `${count}${tie}${kind}`).join(', ')}`
}

function asked(requests: readonly LoggedRequest[]): string {
  const count = (test: (request: LoggedRequest) => boolean) => requests.filter(test).length
  const written = count(({ verb, status }) => writes.has(verb) && status < 400)
  const idle = count(({ verb, status, effect }) => writes.has(verb) && status < 400 && !effect)
  const failed = count(({ verb, status }) => writes.has(verb) && status >= 400)
  const watches = count(({ verb, status }) => verb === 'watch' && status < 400)
  const reads = count(({ verb }) => verb === 'get' || verb === 'list')
  const none = (number: number) => (number === 0 ? 'none' : String(number))
  return `${written} writes (${none(idle)} without effect, ${none(failed)} failed), ${watches} watches, ${reads} gets and lists`
}

function running({ nodes, workloads }: Scene): string {
  const pods = workloads.reduce((sum, { ready }) => sum + ready, 0)
  return `${pods} pods of ${workloads.length} workloads on ${nodes.ready} nodes`
}
