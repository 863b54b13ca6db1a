/** A resource that this operator refuses, in a cluster where another one served it. */
import { expect, test } from 'vitest'
import { type Offline, operatorUser } from '../../src/cli/offline.ts'
import type { KubeObject, ObjectRef } from '../../src/kube/objects.ts'
import { installation } from './objects.ts'
import { operate, smallCluster } from './small.ts'

const operator = 'operator.tigera.io/v1'
const ask: ObjectRef = { apiVersion: operator, kind: 'Istio', name: 'default' }
const annotations = { 'operator.tigera.io/istioAmbientMode': 'Enabled', 'operator.tigera.io/istioDSCPMark': '23' }

let cluster: Offline

interface Conditioned extends KubeObject {
  status?: { conditions?: { type: string; status: string; message: string }[] }
}

const find = async (apiVersion: string, plural: string, name: string) =>
  (await cluster.does(user => user.list(apiVersion, plural))).find(({ metadata }) => metadata.name === name) as Conditioned | undefined

/** What an operator before us left: the resource with its finalizer, an object of its own, and marks in Felix's configuration. */
async function inherited(felix: object): Promise<void> {
  const resources: KubeObject[] = [
    installation(),
    {
      ...({ spec: { dscpMark: 'AF99' } } as object),
      apiVersion: operator,
      kind: 'Istio',
      metadata: { name: 'default', finalizers: ['operator.tigera.io/calico-istio'] },
    },
    {
      ...({ spec: felix } as object),
      apiVersion: 'projectcalico.org/v3',
      kind: 'FelixConfiguration',
      metadata: { name: 'default', annotations },
    },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'calico-system' } },
  ]
  cluster = await smallCluster(resources, { start: Date.parse('2026-11-21T12:00:00Z') })
  const uid = (await find(operator, 'istios', 'default'))?.metadata.uid ?? ''
  const ownerReferences = [{ apiVersion: operator, kind: 'Istio', name: 'default', uid, controller: true }]
  const made = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'istiod', namespace: 'calico-system', ownerReferences } }
  await cluster.does(async () => {
    // As the operator before us wrote it.
    const path = '/api/v1/namespaces/calico-system/serviceaccounts'
    await cluster.sandbox
      .transport({ userAgent: 'operator' })
      .request({ method: 'POST', path, query: { fieldManager: 'operator' }, body: made })
  })
  await operate(cluster)
}

test('it is refused with all that is wrong, in its TigeraStatus and its own, and nothing is made, changed or pruned', async () => {
  await inherited({ istioAmbientMode: 'Enabled', istioDSCPMark: 23 })
  for (const object of [await find(operator, 'tigerastatuses', 'istio'), await find(operator, 'istios', 'default')]) {
    const degraded = object?.status?.conditions?.find(({ type }) => type === 'Degraded')
    expect(degraded?.status).toBe('True')
    expect(degraded?.message).toContain('spec.dscpMark: "AF99" is no name of a DSCP')
    expect(degraded?.message).toContain('Istio is not installed by this operator')
  }
  expect(await find('v1', 'serviceaccounts', 'istiod')).toBeDefined()
  expect(await find('projectcalico.org/v3', 'felixconfigurations', 'default')).toMatchObject({
    metadata: { annotations },
    spec: { istioAmbientMode: 'Enabled', istioDSCPMark: 23 },
  })
  const touching = cluster.sandbox.requests.all.filter(
    ({ user, resource, subresource, verb }) =>
      user === operatorUser && resource === 'istios' && !subresource && !['list', 'watch'].includes(verb),
  )
  expect(touching).toEqual([])
})

test('its deletion does not hang, and takes back what Felix was told for it', async () => {
  await inherited({ istioAmbientMode: 'Enabled', istioDSCPMark: 23, logSeverityScreen: 'Debug' })
  await cluster.does(user => user.delete(ask))
  await cluster.rest()
  expect(await find(operator, 'istios', 'default')).toBeUndefined()
  expect(await find(operator, 'tigerastatuses', 'istio')).toBeUndefined()
  const felix = JSON.stringify(await find('projectcalico.org/v3', 'felixconfigurations', 'default'))
  expect(felix).toContain('"logSeverityScreen":"Debug"')
  expect(felix).not.toContain('istio')
})

test('what the user has set since stays his, and does not hold up the deletion', async () => {
  await inherited({ istioAmbientMode: 'Disabled', istioDSCPMark: 23 })
  await cluster.does(user => user.delete(ask))
  await cluster.rest()
  expect(await find(operator, 'istios', 'default')).toBeUndefined()
  const felix = (await find('projectcalico.org/v3', 'felixconfigurations', 'default')) as { spec?: object; metadata: object } | undefined
  expect(felix?.spec).toMatchObject({ istioAmbientMode: 'Disabled' })
  expect(JSON.stringify(felix)).not.toMatch(/istioDSCPMark|operator.tigera.io\/istio/)
})
