/** What the predecessor was recorded writing is what is written here, scenario by scenario, on a cluster in memory. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sandboxBed } from '../parity/sandbox.ts'
import { isEqual, judge, told } from '../parity/verdict.ts'

const corpus = join(import.meta.dirname, '..', 'parity')
const done = readFileSync(join(corpus, 'done.txt'), 'utf8')
  .split('\n')
  .filter(line => line !== '' && !line.startsWith('#'))

/** The day of the recordings. */
const start = Date.parse('2026-11-21T12:00:00Z')

let out = ''
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'parity-'))
})
afterAll(() => rmSync(out, { recursive: true }))

test.each(done)('%s: every object and field is the same, and so is each TigeraStatus', { timeout: 60_000 }, async name => {
  const verdict = await judge(join(corpus, 'scenarios', name), scenario => sandboxBed(scenario, start), out)
  expect(isEqual(verdict), told(verdict)).toBe(true)
  const { counts, rejected } = verdict.recording
  expect(rejected).toEqual([])
  // Of a group of cases no writes are counted.
  if (counts) expect([counts.writesWithoutEffect, counts.failedWrites]).toEqual([{ total: 0 }, { total: 0 }])
})
