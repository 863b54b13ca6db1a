/** What the predecessor was recorded writing is what the operator's process writes on a real control plane; and it costs the API server as little as is claimed. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { available } from '../../hack/control-plane/control-plane.ts'
import { liveBed } from '../parity/live.ts'
import { isEqual, judge, told, type Verdict } from '../parity/verdict.ts'

const corpus = join(import.meta.dirname, '..', 'parity', 'scenarios')
const name = 'installation-only'

describe.skipIf(!available())(`on a real control plane, ${name}`, () => {
  let out = ''
  let verdict: Verdict
  beforeAll(async () => {
    out = mkdtempSync(join(tmpdir(), 'parity-'))
    verdict = await judge(join(corpus, name), liveBed, out)
  })
  afterAll(() => rmSync(out, { recursive: true }))

  test('every object and field is the same, and so is each TigeraStatus', () => {
    expect(isEqual(verdict), told(verdict)).toBe(true)
  })

  test('a third of the writes is enough; none is without effect, and none fails', () => {
    const { counts } = verdict.recording
    const recorded = JSON.parse(readFileSync(join(corpus, name, 'counts.json'), 'utf8')) as { writes: { total: number } }
    expect(counts?.writes.total).toBeLessThanOrEqual(Math.min(55, recorded.writes.total / 3))
    expect([counts?.writesWithoutEffect, counts?.failedWrites]).toEqual([{ total: 0 }, { total: 0 }])
  })

  test('everything is read by watches, each opened once', () => {
    const reads = Object.entries(verdict.recording.counts?.reads ?? {}).filter(([verb]) => verb !== 'total')
    const sum = (some: typeof reads) => some.reduce((total, [, times]) => total + times, 0)
    expect(sum(reads.filter(([verb]) => !verb.startsWith('watch ')))).toBeLessThanOrEqual(5)
    expect(sum(reads.filter(([verb]) => verb.startsWith('watch ')))).toBeLessThanOrEqual(40)
  })

  test('a cluster in which nothing happens is asked nothing', () => {
    expect(verdict.recording.counts?.idle).toMatchObject({ writes: { total: 0 }, failedWrites: { total: 0 }, reads: { total: 0 } })
  })
})
