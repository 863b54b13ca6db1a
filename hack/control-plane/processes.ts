/** Runs the programs of one control plane and ends them all, also when this process dies without a word. Knows nothing of what they do. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Runs a program until it ends or until the pipe on standard input closes, which it does when its other end dies, however it dies.
 * The watcher reads the pipe as descriptor 3, since a shell gives background jobs no standard input.
 */
const leash = `
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
(cat <&3 >/dev/null; kill -KILL $child) 2>/dev/null &
watcher=$!
exec 3<&-
wait $child
code=$?
kill $watcher 2>/dev/null
exit $code
`

/** Removes the folder once the pipe closes: the programs need a moment to let go of it. */
const janitor = 'cat >/dev/null; sleep 1; rm -rf "$1"'

export class Processes {
  readonly #folder: string
  readonly #running = new Map<string, ChildProcess>()
  readonly #ended: Promise<unknown>[] = []
  readonly #janitor: ChildProcess
  #closing = false
  #failure: Error | undefined

  /** Logs go to `folder`, which is removed at the end. */
  constructor(folder: string) {
    this.#folder = folder
    this.#janitor = spawn('sh', ['-c', janitor, 'sh', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    this.#janitor.unref()
  }

  /** Starts one; its output goes to `<name>.log`. */
  start(name: string, binary: string, args: string[]): void {
    const log = openSync(join(this.#folder, `${name}.log`), 'a')
    // A group of its own: Ctrl-C is ours to answer.
    const child = spawn('sh', ['-c', leash, 'sh', binary, ...args], { stdio: ['pipe', log, log], cwd: this.#folder, detached: true })
    closeSync(log)
    this.#running.set(name, child)
    this.#ended.push(
      new Promise<void>(resolve => {
        child.once('error', error => this.#failed(name, error.message, resolve))
        child.once('exit', code => this.#failed(name, `ended with ${code}`, resolve))
      }),
    )
  }

  /** Throws when one of them has ended by itself, with the end of what it said. */
  check(): void {
    if (this.#failure) throw this.#failure
  }

  /** Ends all at once: what they keep is thrown away, so nothing needs to be put in order. */
  async close(): Promise<void> {
    this.#closing = true
    for (const child of this.#running.values()) child.stdin?.end()
    await Promise.all(this.#ended)
    this.#janitor.stdin?.end()
  }

  #failed(name: string, how: string, resolve: () => void): void {
    if (!this.#closing) this.#failure ??= new Error(`${name} ${how}:\n${this.#lastWords(name)}`)
    resolve()
  }

  #lastWords(name: string): string {
    return readFileSync(join(this.#folder, `${name}.log`), 'utf8')
      .split('\n')
      .slice(-15)
      .join('\n')
  }
}
