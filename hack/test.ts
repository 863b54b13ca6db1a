/** Runs every check there is, side by side where that helps, and ends with one line that counts them. `real` as argument: those that need the real control plane. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Count {
  passed: number
  failed: number
}

/** Every process among the tests loads the same sources: what Node makes of them is kept, where the program itself keeps it. */
const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...process.env }

const run = (command: string, args: readonly string[]): Promise<{ ok: boolean; output: string; seconds: number }> =>
  new Promise(resolve => {
    const begun = performance.now()
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
    child.once('error', error => resolve({ ok: false, output: String(error), seconds: 0 }))
    child.once('close', code => resolve({ ok: code === 0, output, seconds: (performance.now() - begun) / 1000 }))
  })

/** One check that either holds or not; what it printed is shown only when it does not. */
async function check(name: string, command: string, ...args: string[]): Promise<Count> {
  const { ok, output, seconds } = await run(command, args)
  console.log(`${ok ? 'passed' : 'FAILED'}  ${name}  (${seconds.toFixed(1)} s)`)
  if (!ok) console.log(output)
  return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

interface Results {
  numPassedTests: number
  numFailedTests: number
  numFailedTestSuites: number
  testResults: {
    name: string
    status: string
    message?: string
    assertionResults: { status: string; fullName: string; failureMessages?: string[] }[]
  }[]
}

/** The tests of these projects. A file that could not even be loaded counts as a failed test. */
async function tests(...projects: string[]): Promise<Count> {
  const folder = mkdtempSync(join(tmpdir(), 'tests-'))
  try {
    const file = join(folder, 'results.json')
    const args = ['run', ...projects.flatMap(project => ['--project', project]), '--reporter=json', `--outputFile=${file}`]
    const { output, seconds } = await run('vitest', args)
    const results = read(file)
    if (!results) {
      console.log(`FAILED  tests of ${projects.join(', ')}: no results\n${output}`)
      return { passed: 0, failed: 1 }
    }
    for (const { name, status, message, assertionResults } of results.testResults) {
      const failed = assertionResults.filter(test => test.status === 'failed')
      if (failed.length === 0 && status === 'failed') console.log(`FAILED  ${name}\n${message ?? ''}`)
      for (const test of failed) console.log(`FAILED  ${name}: ${test.fullName}\n${(test.failureMessages ?? []).join('\n')}`)
    }
    const unloaded = results.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && !assertionResults.some(test => test.status === 'failed'),
    ).length
    const skipped = results.testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'skipped' || status === 'pending').length
    const count = { passed: results.numPassedTests, failed: results.numFailedTests + unloaded }
    const note = skipped > 0 ? `, ${skipped} skipped` : ''
    console.log(
      `${count.failed === 0 ? 'passed' : 'FAILED'}  tests of ${projects.join(', ')}: ${count.passed} passed, ${count.failed} failed${note}  (${seconds.toFixed(1)} s)`,
    )
    return count
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function read(file: string): Results | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Results
  } catch {
    return undefined
  }
}

const counts = process.argv.includes('real')
  ? [await tests('real')]
  : [
      ...(await Promise.all([
        check('types', 'tsc', '-p', 'tsconfig.json'),
        check('style', 'biome', 'ci', '.'),
        check('nothing unused', 'knip'),
      ])),
      await tests('unit', 'sim'),
    ]
const passed = counts.reduce((sum, count) => sum + count.passed, 0)
const failed = counts.reduce((sum, count) => sum + count.failed, 0)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
