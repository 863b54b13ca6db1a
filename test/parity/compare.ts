/** Asks compare.py, which alone knows what is equal. One Python answers all questions of this process: it takes a tenth of a second to start. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
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
export async function statusOf(objects: readonly KubeObject[]): Promise<Statuses> {
  return JSON.parse((await ask({ objects })).out) as Statuses
}

/** `kind`: all objects and fields, deviations aside; whether each TigeraStatus is available and degraded; whether each case was refused. */
export async function compare(expected: string, actual: string, kind: 'objects' | 'statuses' | 'cases'): Promise<Comparison> {
  const options = {
    objects: ['--ignore', join(here, 'deviations.txt'), '--show', '8'],
    statuses: ['--status', '--brief'],
    cases: ['--cases', '--brief'],
  }
  const { out, code } = await ask({ args: [expected, actual, ...options[kind]] })
  const [, equal, total] = new RegExp(`^${kind} equal (\\d+) of (\\d+)`, 'm').exec(out) ?? []
  if (code > 1 || equal === undefined) throw new Error(`compare.py says nothing of ${actual}:\n${out}`)
  return { equal: Number(equal), total: Number(total), report: out.trim().split('\n') }
}

/** A question per line on standard input, an answer per line on standard output, until there is no more input. Half its time would go into the same few patterns. */
const program = `
import compare, contextlib, functools, io, json, sys, traceback
compare.glob = functools.lru_cache(None)(compare.glob)
for line in sys.stdin:
    question, out, code = json.loads(line), io.StringIO(), 0
    try:
        with contextlib.redirect_stdout(out):
            if "objects" in question: json.dump(compare.status_of(question["objects"]), out)
            else: code = compare.main(question["args"])
    except (Exception, SystemExit): code = 2; out.write(traceback.format_exc())
    print(json.dumps({"out": out.getvalue(), "code": code}), flush=True)
`

interface Answer {
  out: string
  code: number
}

/** Its pipes are sockets, which can be told not to keep a process alive. */
type Child = ChildProcessByStdio<Socket, Socket, null>
type Asked = ReturnType<typeof Promise.withResolvers<Answer>>

class Python {
  readonly #child: Child
  readonly #asked: Asked[] = []

  constructor() {
    this.#child = spawn('python3', ['-B', '-c', program], { cwd: here, stdio: ['pipe', 'pipe', 'inherit'] }) as Child
    this.#child.once('error', error => this.#failed(new Error(`python3 cannot be run: ${error.message}`, { cause: error })))
    this.#child.once('exit', code => this.#failed(new Error(`python3 ended with ${code}`)))
    // Writing to one that could not be started fails as well; that is told above.
    this.#child.stdin.on('error', () => undefined)
    createInterface({ input: this.#child.stdout }).on('line', line => this.#asked.shift()?.resolve(JSON.parse(line) as Answer))
    // It ends with this process, and holds up its end only while it is asked something.
    this.#child.unref()
    this.#child.stdin.unref()
    this.#child.stdout.unref()
  }

  async ask(question: object): Promise<Answer> {
    const asked = Promise.withResolvers<Answer>()
    this.#asked.push(asked)
    this.#child.stdout.ref()
    this.#child.stdin.write(`${JSON.stringify(question)}\n`)
    try {
      return await asked.promise
    } finally {
      if (this.#asked.length === 0) this.#child.stdout.unref()
    }
  }

  #failed(error: Error): void {
    for (const { reject } of this.#asked.splice(0)) reject(error)
  }
}

let python: Python | undefined

async function ask(question: object): Promise<Answer> {
  python ??= new Python()
  const answer = await python.ask(question)
  if (answer.code > 1) throw new Error(`compare.py:\n${answer.out}`)
  return answer
}
