/** Asks compare.py, which alone knows what is equal. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { KubeObject } from '../../src/kube/objects.ts'

export interface Statuses {
  tigerastatuses: Record<string, object[]>
  statuses: Record<string, object>
}

export interface Comparison {
  equal: number
  total: number
  /** The report for people, line by line. */
  report: string[]
}

const here = import.meta.dirname

/** What compare.py takes of the status of operator.tigera.io's objects; the form of status.json. */
export function statusOf(objects: readonly KubeObject[]): Statuses {
  const program = 'import compare, json, sys; json.dump(compare.status_of(json.load(sys.stdin)), sys.stdout)'
  return JSON.parse(python(['-B', '-c', program], JSON.stringify(objects)).stdout) as Statuses
}

/** `kind`: all objects and fields, deviations aside; whether each TigeraStatus is available and degraded; whether each case was refused. */
export function compare(expected: string, actual: string, kind: 'objects' | 'statuses' | 'cases'): Comparison {
  const options = {
    objects: ['--ignore', join(here, 'deviations.txt'), '--show', '8'],
    statuses: ['--status', '--brief'],
    cases: ['--cases', '--brief'],
  }
  const { stdout, status } = python(['-B', join(here, 'compare.py'), expected, actual, ...options[kind]])
  const [, equal, total] = new RegExp(`^${kind} equal (\\d+) of (\\d+)`, 'm').exec(stdout) ?? []
  if (status > 1 || equal === undefined) throw new Error(`compare.py says nothing of ${actual}:\n${stdout}`)
  return { equal: Number(equal), total: Number(total), report: stdout.trim().split('\n') }
}

function python(args: string[], input = ''): { stdout: string; status: number } {
  const { stdout, stderr, status, error } = spawnSync('python3', args, { cwd: here, input, encoding: 'utf8', maxBuffer: 2 ** 30 })
  if (error) throw new Error(`python3 cannot be run: ${error.message}`, { cause: error })
  if (status === null || status > 1 || stderr) throw new Error(`python3 ${args.join(' ')}:\n${stderr}`)
  return { stdout, status }
}
