/** What the documentation says of reasons and metrics is what there is. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createMetrics } from '../src/cli/metrics.ts'
import { catalogue } from '../src/status/catalogue.ts'

const rows = readFileSync(join(import.meta.dirname, '..', 'docs', 'observing.md'), 'utf8')
  .split('\n')
  .filter(line => line.startsWith('| '))
  .map(line => line.split(' | ').map(cell => cell.replace(/^\| |\s*\|$/g, '')))

test('every reason is documented with the words of the catalogue', () => {
  const documented = rows.filter(([, severity = '']) => ['ok', 'waiting', 'error'].includes(severity))
  const known = Object.entries(catalogue).map(([reason, { severity, meaning, remedy }]) => [`\`${reason}\``, severity, meaning, remedy])
  expect(documented).toEqual(known)
})

test('every metric is documented with its labels', async () => {
  const { registry } = createMetrics()
  const known = registry
    .getMetricsAsArray()
    .map(metric => metric as unknown as { name: string; labelNames: string[] })
    .filter(({ name }) => !/^(process|nodejs)_/.test(name))
    .map(({ name, labelNames }) => [`\`${name}\``, labelNames.join(', ') || '–'])
  const documented = rows.filter(([name = '']) => /^`[a-z]+(_[a-z]+)+`$/.test(name)).map(([name, labels]) => [name, labels])
  expect(documented.sort()).toEqual(known.sort())
})
