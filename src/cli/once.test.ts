import { Writable } from 'node:stream'
import { beforeEach, expect, test } from 'vitest'
import { crds } from '../../api/index.ts'
import { Client } from '../kube/client.ts'
import { seeded } from '../kube/clock.ts'
import type { KubeObject } from '../kube/objects.ts'
import { Sandbox } from '../sandbox/sandbox.ts'
import { VirtualTime } from '../sandbox/virtual-time.ts'
import { bootstrap } from './bootstrap.ts'
import { createLog, type Log } from './log.ts'
import { preDelete } from './pre-delete.ts'
import { User } from './user.ts'

let time: VirtualTime
let sandbox: Sandbox
let client: Client
let user: User
let log: Log
let said: string

beforeEach(() => {
  time = new VirtualTime()
  const random = seeded(1)
  sandbox = new Sandbox({ clock: time.clock, random, enable: ['admissionregistration.k8s.io/v1beta1'] })
  client = new Client({ transport: sandbox.transport({ user: 'operator' }), clock: time.clock, random, fieldManager: 'calico-operator' })
  user = new User({ transport: sandbox.transport(), clock: time.clock, random })
  said = ''
  const destination = new Writable({
    write(chunk, _, done) {
      said += String(chunk)
      done()
    },
  })
  log = createLog({ clock: time.clock, destination, readable: true })
})

/** Time passes until it is done. */
const does = <T>(work: Promise<T>): Promise<T> => time.during(work)

const names = async (apiVersion: string, plural: string) =>
  (await does(user.list(apiVersion, plural))).map(({ metadata: { name } }) => name)
const operatorResource = (kind: string, name = 'default'): KubeObject => ({ apiVersion: 'operator.tigera.io/v1', kind, metadata: { name } })
const deletions = () => sandbox.requests.all.filter(({ verb, user: who }) => verb === 'delete' && who === 'operator')

test('bootstrapping creates the CRDs of the mode, and its admission policies in the version served', async () => {
  expect(await does(bootstrap(client, 'v3', log))).toBe(true)
  const wanted = crds('v3').map(({ metadata: { name } }) => name)
  expect((await names('apiextensions.k8s.io/v1', 'customresourcedefinitions')).sort()).toEqual(wanted.sort())
  expect(await names('admissionregistration.k8s.io/v1beta1', 'mutatingadmissionpolicies')).toHaveLength(2)
  expect(await names('admissionregistration.k8s.io/v1', 'validatingadmissionpolicies')).toHaveLength(1)
})

test('bootstrapping changes nothing that is there', async () => {
  const [crd] = crds('v1')
  const mine = { ...crd, metadata: { ...crd!.metadata, labels: { mine: 'yes' } } } as KubeObject
  await does(user.create(mine))
  expect(await does(bootstrap(client, 'v1', log))).toBe(true)
  const kept = (await does(user.list('apiextensions.k8s.io/v1', 'customresourcedefinitions'))).find(
    ({ metadata: { name } }) => name === crd!.metadata.name,
  )
  expect(kept?.metadata.labels).toEqual({ mine: 'yes' })
  expect(await names('admissionregistration.k8s.io/v1', 'validatingadmissionpolicies')).toEqual([])
})

test('a CRD that cannot be created is told with the reason, and counts as failed', async () => {
  await does(bootstrap(client, 'v3', log))
  await does(user.delete({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: 'tiers.projectcalico.org' }))
  await time.pass(1_000)
  sandbox.forbid({ user: 'operator', verb: 'create', resource: 'customresourcedefinitions' })
  said = ''
  expect(await does(bootstrap(client, 'v3', log))).toBe(false)
  expect(said).toMatch(/error {2}CustomResourceDefinition tiers\.projectcalico\.org could not be created {2}error=.*forbidden/)
})

const run = () => preDelete({ client, clock: time.clock, log, stop: new AbortController().signal })

test('before an uninstall what asks for Calico is deleted in order, and the Installation waited for', async () => {
  await does(bootstrap(client, 'v3', log))
  await does(user.create({ ...operatorResource('Installation'), metadata: { name: 'default', finalizers: ['example.org/teardown'] } }))
  for (const kind of ['Whisker', 'APIServer']) await does(user.create(operatorResource(kind)))
  let result: boolean | undefined
  const running = run().then(gone => {
    result = gone
  })
  await time.pass(20_000)
  expect(result).toBeUndefined()
  expect(said).toMatch(/waiting for Installation default to go: it is held by example\.org\/teardown/)
  await does(user.mergePatch({ ...operatorResource('Installation'), name: 'default' }, { metadata: { finalizers: null } }))
  await time.pass(2_000)
  await does(running)
  expect(result).toBe(true)
  const asked = deletions().map(({ kind, name, status }) => [kind, name, status])
  expect(asked).toEqual([
    ['Whisker', 'default', 200],
    ['Goldmane', 'default', 404],
    ['Installation', 'default', 200],
    ['APIServer', 'default', 200],
  ])
})

test('what is not gone after five minutes is an error that says what holds it', async () => {
  await does(bootstrap(client, 'v3', log))
  await does(user.create({ ...operatorResource('Installation'), metadata: { name: 'default', finalizers: ['example.org/teardown'] } }))
  const began = time.clock.now()
  expect(await does(run())).toBe(false)
  expect(time.clock.now() - began).toBe(300_000)
  expect(said).toMatch(/error {2}Installation default is still there after 5 minutes: it is held by example\.org\/teardown/)
})

test('where nothing is installed there is nothing to wait for', async () => {
  expect(await does(run())).toBe(true)
  expect(said).toMatch(/there is no Installation default/)
})
