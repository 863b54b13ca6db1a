/** Runs the program as a process of its own, as users do. Gives it no more of this environment than it needs. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

export interface Ended {
  code: number | null
  out: string
  err: string
}

export interface Started {
  /** Resolves when what it has said so far matches; rejects when it ends before. */
  says(pattern: RegExp): Promise<void>
  kill(signal: 'SIGTERM' | 'SIGINT'): void
  /** On either stream, so far. */
  said(): string
  ended: Promise<Ended>
}

/** There is no home, so no kubeconfig is found by chance. */
export const start = (args: readonly string[], env: Record<string, string> = {}): Started =>
  startNode([join(root, 'src', 'main.ts'), ...args], env)

/** Some other program of the project, or Node itself. Its folder is the project's. */
export function startNode(args: readonly string[], env: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: '/nowhere', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  const listeners = new Set<() => void>()
  child.stdout.on('data', chunk => hear('out', chunk))
  child.stderr.on('data', chunk => hear('err', chunk))
  const hear = (stream: 'out' | 'err', chunk: unknown) => {
    said[stream] += String(chunk)
    for (const listener of listeners) listener()
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ code, ...said }))
  })
  return {
    ended,
    kill: signal => void child.kill(signal),
    said: () => said.out + said.err,
    says: pattern =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!pattern.test(said.out + said.err)) return
          listeners.delete(look)
          resolve()
        }
        listeners.add(look)
        void ended.then(({ code }) => reject(new Error(`it ended with ${code} and did not say ${pattern}:\n${said.out}${said.err}`)))
        look()
      }),
  }
}

export const run = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> => start(args, env).ended

/** A file of this text for as long as the work takes. */
export async function withFile<T>(name: string, text: string, work: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'command-line-'))
  try {
    const path = join(folder, name)
    writeFileSync(path, text)
    return await work(path)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
