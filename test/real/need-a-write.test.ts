/** The comparison that decides about every write, judged by a real API server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allKinds, v3Kinds } from '../../api/index.ts'
import { available, type ControlPlane, startControlPlane } from '../../hack/control-plane/control-plane.ts'
import { findCredentials } from '../../src/kube/auth.ts'
import { canonical } from '../../src/kube/canonical.ts'
import { Client } from '../../src/kube/client.ts'
import { seeded, systemClock } from '../../src/kube/clock.ts'
import { needsWrite } from '../../src/kube/compare.ts'
import { entryOf, fieldSet } from '../../src/kube/fieldset.ts'
import { HttpTransport } from '../../src/kube/http.ts'
import type { ResourceQuota } from '../../src/kube/kinds.ts'
import type { KubeObject } from '../../src/kube/objects.ts'
import { canonicalQuantity } from '../../src/kube/quantity.ts'
import { kinds, schemaOf, wantedObjects } from '../need-a-write/objects.ts'
import { trial } from '../need-a-write/trial.ts'
import { eventually } from './eventually.ts'

const seed = Number(process.env.SEED ?? 1)
const verdicts = 5000

describe.runIf(available())('on a real API server', () => {
  let plane: ControlPlane
  const transports: HttpTransport[] = []
  const clientOf = (fieldManager: string) => {
    const credentials = findCredentials({ kubeconfig: plane.kubeconfig('operator'), env: {}, clock: systemClock })
    const transport = new HttpTransport({ credentials, userAgent: `${fieldManager}/test` })
    transports.push(transport)
    return new Client({ transport, clock: systemClock, random: seeded(seed), fieldManager, kinds: kinds() })
  }
  const objects = wantedObjects({ scenario: 'default-v3crd', writer: 'go-operator' })

  beforeAll(async () => {
    plane = await startControlPlane({ controllers: false })
    const client = clientOf('test')
    for (const kind of v3Kinds) await client.apply(kind.crd(), { force: true })
    for (const kind of v3Kinds)
      await eventually(
        async () => client.list(kind).catch(() => undefined),
        list => list !== undefined,
      )
  })
  afterAll(async () => {
    await Promise.all(transports.map(transport => transport.close()))
    await plane?.close()
  })

  test('what the server records of an apply is what we say it will', async () => {
    const client = clientOf('recorder')
    for (const object of objects) {
      const recorded = entryOf(await client.apply(object, { force: true, dryRun: object.kind !== 'Namespace' }), {
        manager: 'recorder',
        operation: 'Apply',
      })
      const said = fieldSet(object, schemaOf(object.apiVersion, object.kind))
      // Nothing at all set is no entry at all.
      expect(recorded?.fieldsV1 ?? {}, `${object.kind} ${object.metadata.name}`).toEqual(said)
    }
  })

  test('a CRD that was applied is not applied again, with descriptions or without', async () => {
    const client = clientOf('calico-operator')
    const schema = schemaOf('apiextensions.k8s.io/v1', 'CustomResourceDefinition')
    const ours = { schema, manager: 'calico-operator', predecessors: [], whole: true }
    for (const descriptions of [true, false]) {
      for (const kind of allKinds) {
        const wanted = canonical<KubeObject>(kind.crd({ descriptions }))
        const live = await client.apply(wanted, { force: true })
        expect(needsWrite(wanted, live, ours), wanted.metadata.name).toBeUndefined()
        expect(entryOf(live, { manager: 'calico-operator', operation: 'Apply' })?.fieldsV1).toEqual(fieldSet(wanted, schema))
      }
    }
  })

  test('quantities are spelt as the server spells them', async () => {
    const client = clientOf('speller')
    const spellings = [
      '1000m',
      '1.5',
      '1024Mi',
      '1536Mi',
      '1.5Gi',
      '0.5Mi',
      '100000',
      '1e3',
      '1000e0',
      '0.5Ki',
      '1Ki',
      '0m',
      '.5',
      '12E2',
      '1000k',
    ]
    for (const cpu of spellings) {
      const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'x', namespace: 'default' }, spec: { hard: { cpu } } }
      const made = (await client.create(quota as KubeObject, { dryRun: true })) as ResourceQuota
      expect(canonicalQuantity(cpu), cpu).toBe(made.spec?.hard?.cpu)
    }
  })

  test(`of ${verdicts} random changes, the comparison misses none that applying would make, and finds none that it would not (SEED=${seed})`, async () => {
    const tally = await trial({ client: clientOf('calico-operator'), rival: clientOf('rival'), objects, seed, verdicts })
    expect(tally).toMatchObject({ falsePositives: [], falseNegatives: [], unsettled: [] })
    expect(tally.changes).toBeGreaterThan(verdicts / 2)
    expect(tally.judged - tally.changes).toBeGreaterThan(verdicts / 10)
  }, 300_000)

  test('nothing of what was judged was another object than it is compared as', () => {
    for (const object of objects) expect(canonical(object, schemaOf(object.apiVersion, object.kind))).toEqual(object)
  })
})
