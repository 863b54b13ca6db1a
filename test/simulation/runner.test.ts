/** The runner itself: what it writes down of a scenario, and that it notices what differs. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { KubeObject } from '../../src/kube/objects.ts'
import { type Recording, record } from '../parity/record.ts'
import type { Left } from '../parity/results.ts'
import { sandboxBed } from '../parity/sandbox.ts'
import { readScenario } from '../parity/scenario.ts'
import { isEqual, judge, told } from '../parity/verdict.ts'

const folder = mkdtempSync(join(tmpdir(), 'runner-'))
afterAll(() => rmSync(folder, { recursive: true }))

const makeBed = (scenario: ReturnType<typeof readScenario>) => sandboxBed(scenario)
const identity = { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', metadata: { name: 'default' } }

function recorded(file: object, inputs: object[] = []): Promise<Recording> {
  writeFileSync(join(folder, 'scenario.json'), JSON.stringify(file))
  writeFileSync(join(folder, 'input.yaml'), inputs.map(object => JSON.stringify(object)).join('\n---\n'))
  return record(readScenario(folder), makeBed)
}

const names = (objects: KubeObject[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)

test("what is the user's and was changed by the operator is told from what the operator made", async () => {
  const felix = { apiVersion: 'projectcalico.org/v3', kind: 'FelixConfiguration', metadata: { name: 'default' }, spec: {} }
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs', namespace: 'default' } }
  const { expected, counts } = await recorded({}, [felix, map, { ...identity, spec: {} }])
  const { objects, inputs, deletedInputs } = expected as Left
  expect(names(inputs)).toContain('FelixConfiguration default')
  expect(names(objects)).toEqual(expect.arrayContaining(['DaemonSet calico-node', 'TigeraStatus calico']))
  expect(names([...objects, ...inputs])).not.toContain('ConfigMap theirs')
  expect(deletedInputs).toEqual([])
  expect(counts).toMatchObject({ ended: 'quiet', failedWrites: { total: 0 } })
})

test('steps are taken one after the other, each after a rest', async () => {
  const steps = [
    { 'merge-patch': { ...identity, spec: { typhaMetricsPort: 9093 } } },
    { create: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'later', namespace: 'default' } } },
    { delete: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'later', namespace: 'default' } } },
  ]
  const { expected } = await recorded({ steps }, [{ ...identity, spec: {} }])
  const { objects, deletedInputs } = expected as Left
  expect(names(objects)).toContain('Service calico-typha-metrics')
  expect(deletedInputs).toEqual(['ConfigMap/default/later'])
})

test('what was made and is gone is named by its resource', async () => {
  const { expected } = await recorded({ steps: [{ delete: identity }] }, [{ ...identity, spec: {} }])
  const { objects, deleted, deletedInputs } = expected as Left
  expect(deletedInputs).toEqual(['Installation//default'])
  expect(deleted).toContain('daemonsets.apps/v1/calico-system/calico-node')
  expect(names(objects)).not.toContain('DaemonSet calico-node')
})

test('a case is refused by the API server, or comes to what the operator says of it', async () => {
  const of = (name: string, spec: object) => ({ name, input: [{ ...identity, spec }] })
  const cases = [
    of('refused', { variant: 'Cilium' }),
    of('wrong', { calicoNetwork: { ipPools: [{ cidr: '1.2.3.400/8' }] } }),
    of('good', {}),
  ]
  const { expected } = await recorded({ cases })
  const degraded = [expect.objectContaining({ type: 'Degraded', status: 'True' })]
  expect(expected).toEqual({
    cases: [
      { name: 'refused', rejected: [expect.objectContaining({ kind: 'Installation', name: 'default', code: 422, reason: 'Invalid' })] },
      expect.objectContaining({ name: 'wrong', tigerastatuses: expect.objectContaining({ ippools: expect.arrayContaining(degraded) }) }),
      expect.objectContaining({ name: 'good', objects: expect.arrayContaining(['daemonsets/calico-system/calico-node']) }),
    ],
  })
})

describe('of a scenario that was recorded', () => {
  const source = join(import.meta.dirname, '..', 'parity', 'scenarios', 'installation-only')
  const copy = join(folder, 'copy')

  test('one field that is not the same makes the whole different, and is told', async () => {
    cpSync(source, copy, { recursive: true })
    const file = join(copy, 'expected.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"FELIX_HEALTHENABLED"', '"FELIX_HEALTHDISABLED"'))
    const verdict = await judge(copy, makeBed, join(folder, 'out'))
    expect(isEqual(verdict)).toBe(false)
    expect(told(verdict)).toMatch(/DIFFERENT DaemonSet\/calico-system\/calico-node {2}\(2 of \d+ fields\).*FELIX_HEALTH/s)
  })

  test('what is written down is equal to itself', async () => {
    cpSync(join(folder, 'out', 'installation-only'), copy, { recursive: true })
    expect(isEqual(await judge(copy, makeBed, join(folder, 'again')))).toBe(true)
  })
})
