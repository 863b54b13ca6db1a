/** Runs an operator as a process of its own and says what it costs. Knows nothing of what it does. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

export interface OperatorCommand {
  program: string
  args: string[]
}

/** How the recordings started the operator. One dash: both this operator and its predecessor take it. */
export const recordedArgs = ['-manage-crds', '-enable-leader-election=false']

export class OperatorProcess {
  readonly #child: ChildProcess
  readonly #said: string[] = []
  #ended: string | undefined
  #closing = false

  /** The environment is exactly the given one. */
  constructor({ program, args }: OperatorCommand, env: NodeJS.ProcessEnv) {
    this.#child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', chunk => this.#hear(String(chunk)))
    this.#child.once('error', error => this.#end(error.message))
    this.#child.once('close', (code, signal) => this.#end(signal ?? `exit code ${code}`))
    process.once('exit', this.#kill)
  }

  /** Throws when it has ended by itself, with the end of what it said. */
  check(): void {
    if (this.#ended && !this.#closing)
      throw new Error(`the operator ended: ${this.#ended}\n${this.log().split('\n').slice(-20).join('\n')}`)
  }

  /** The last of what it said. */
  log(): string {
    return this.#said.join('')
  }

  /** In MiB, up to now; 0 where the platform does not tell. */
  peakRss(): number {
    const [, kilobytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(this.#proc('status')) ?? []
    return Math.round(Number(kilobytes) / 1024)
  }

  /** Seconds of CPU, user and system, up to now; 0 where the platform does not tell. */
  cpu(): number {
    // Behind the name in parentheses, which may hold anything: utime is the 14th field, stime the 15th, in hundredths. proc_pid_stat(5)
    const fields = this.#proc('stat').split(') ').at(-1)?.split(' ') ?? []
    return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100
  }

  /** Asks it to end, and waits until it has; after 10 s it is not asked any more. */
  async close(): Promise<void> {
    this.#closing = true
    process.removeListener('exit', this.#kill)
    if (this.#ended) return
    const ended = once(this.#child, 'close')
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000)
    await ended
    clearTimeout(timer)
  }

  readonly #kill = () => void this.#child.kill('SIGKILL')

  #end(how: string): void {
    this.#ended = how
    process.removeListener('exit', this.#kill)
  }

  #hear(text: string): void {
    this.#said.push(text)
    if (this.#said.length > 4_000) this.#said.splice(0, 2_000)
  }

  #proc(file: string): string {
    try {
      return readFileSync(`/proc/${this.#child.pid}/${file}`, 'utf8')
    } catch {
      return ''
    }
  }
}
