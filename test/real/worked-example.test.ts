/** The worked example of docs/adding-a-component.md, done in a copy of the project as it is written: it compiles, passes the linter, and renders what it says. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const copy = mkdtempSync(join(tmpdir(), 'worked-example-'))
const page = readFileSync(join(root, 'docs', 'adding-a-component.md'), 'utf8')

beforeAll(() => {
  const copied = ['api', 'config', 'docs', 'hack', 'src', 'test', 'biome.json', 'package.json', 'tsconfig.json', 'vitest.config.ts']
  for (const name of copied) cpSync(join(root, name), join(copy, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const [, path = '', code = ''] of page.matchAll(/^```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)^```/gm)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    writeFileSync(join(copy, path), code)
  }
  for (const [, line = '', path = ''] of page.matchAll(/^(\S.*?,) +\/\/ (\S+\.ts)/gm)) add(join(copy, path), line)
})

afterAll(() => rmSync(copy, { recursive: true }))

/** In every list the new line stands before that of Goldmane, and so does what it takes. */
function add(file: string, line: string): void {
  const twin = line.replaceAll('FlowExporter', 'Goldmane').replaceAll(/flowExporter|flow-exporter/g, 'goldmane')
  const lines = readFileSync(file, 'utf8').split('\n')
  const at = lines.findIndex(each => each.trim() === twin)
  expect(at, `${twin} in ${file}`).toBeGreaterThan(-1)
  const imported = lines.find(each => /^import \{ \w+ \} from '\.\/goldmane\.ts'$/.test(each))
  const import_ = imported
    ?.replace('Goldmane', 'FlowExporter')
    .replace(/\bgoldmane \}/, 'flowExporter }')
    .replace('goldmane.ts', 'flow-exporter.ts')
  const added = lines.toSpliced(at, 0, `${lines[at]!.slice(0, -twin.length)}${line}`)
  writeFileSync(file, (import_ ? added.toSpliced(lines.indexOf(imported!), 0, import_) : added).join('\n'))
}

const run = (command: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules', '.bin', command), args, { cwd: copy, encoding: 'utf8' })
  return { status, stdout, stderr }
}

test('compiles', () => {
  expect(run('tsc', '-p', 'tsconfig.json')).toEqual({ status: 0, stdout: '', stderr: '' })
})

test('passes the linter', () => {
  const { status, stdout, stderr } = run(
    'biome',
    'ci',
    'api/flow-exporter.ts',
    'src/render/flow-exporter',
    'src/controllers/flow-exporter.ts',
  )
  expect(status, stdout + stderr).toBe(0)
})

test('makes what it says beside Goldmane, and is refused without a collector', () => {
  const render = (spec: object) => {
    const asked = ['Installation', 'Goldmane', 'FlowExporter'].map(kind => ({
      ...{ apiVersion: 'operator.tigera.io/v1', kind, metadata: { name: 'default' } },
      spec: kind === 'FlowExporter' ? spec : {},
    }))
    writeFileSync(join(copy, 'asked.yaml'), asked.map(each => JSON.stringify(each)).join('\n---\n'))
    return run('node', 'src/main.ts', 'render', '-f', 'asked.yaml')
  }
  const { stdout, stderr, status } = render({ collector: 'collector.example.com:4318' })
  expect([status, stderr]).toEqual([0, ''])
  for (const made of ['image: quay.io/calico/flow-exporter:', 'name: flow-exporter-key-pair', 'name: calico-system.flow-exporter'])
    expect(stdout).toContain(made)
  expect(render({}).stderr).toMatch(/spec\.collector: it is not said where to\. Write it as host:port/)
})
