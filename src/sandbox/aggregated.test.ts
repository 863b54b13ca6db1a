import { expect, test } from 'vitest'
import { seeded } from '../kube/clock.ts'
import { Sandbox } from './sandbox.ts'
import { VirtualTime } from './virtual-time.ts'

const service = { namespace: 'default', name: 'behind' }
const labels = { app: 'behind' }
const deployment = (name: string) => ({
  metadata: { name },
  spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'x', image: 'x' }] } } },
})

/** ReplicaSets are shown as those of another group version. */
async function bed() {
  const time = new VirtualTime()
  const sandbox = new Sandbox({ clock: time.clock, random: seeded(1) })
  const transport = sandbox.transport()
  const ask = (method: 'POST' | 'DELETE', path: string, body?: object) => transport.request({ method, path, body })
  await ask('POST', '/api/v1/namespaces/default/services', {
    metadata: { name: service.name },
    spec: { selector: labels, ports: [{ port: 443 }] },
  })
  for (const name of ['one', 'other']) await ask('POST', '/apis/apps/v1/namespaces/default/deployments', deployment(name))
  await ask('POST', '/apis/apiregistration.k8s.io/v1/apiservices', {
    metadata: { name: 'v3.shown.io' },
    spec: { group: 'shown.io', version: 'v3', groupPriorityMinimum: 100, versionPriority: 100, service },
  })
  sandbox.serveAlias({ shown: 'shown.io/v3', kept: 'apps/v1' })
  return { time, ask, transport }
}

test('a watch of an aggregated API ends with the last of the pods that answer it, and not before, whatever becomes of its APIService', async () => {
  const { time, ask, transport } = await bed()
  const { events } = await transport.watch({ method: 'GET', path: '/apis/shown.io/v3/replicasets' })
  let ended = false
  const following = (async () => {
    for await (const _ of events);
    ended = true
  })()
  for (const path of ['/apis/apiregistration.k8s.io/v1/apiservices/v3.shown.io', '/api/v1/namespaces/default/services/behind'])
    await ask('DELETE', path)
  await ask('DELETE', '/apis/apps/v1/namespaces/default/deployments/one')
  await time.pass(10_000)
  expect(ended).toBe(false)
  await ask('DELETE', '/apis/apps/v1/namespaces/default/deployments/other')
  await following
})
