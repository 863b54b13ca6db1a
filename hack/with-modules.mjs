/**
 * Runs a program of the project with its dependencies: installs them first where they are missing or are not those of the lock file, then starts
 * the program with the Node that comes with them. Plain JavaScript without dependencies, for whatever Node there is (20 or newer).
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
/** The lowest version that runs TypeScript without a flag. */
const needed = [22, 19]

const packagesIn = path => {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages
  } catch {
    return undefined
  }
}

/** npm writes down what it has installed. Packages for other platforms are in the lock file and may be missing. */
function isInstalled() {
  const wanted = packagesIn('package-lock.json') ?? {}
  const there = packagesIn('node_modules/.package-lock.json')
  if (!there) return false
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || there[path]?.version === version || (optional && !there[path]),
  )
}

function install() {
  console.error('Installing the dependencies of package-lock.json; this is done once and takes about 20 seconds …')
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.env.npm_execpath
  const [command, ...before] = npm?.endsWith('.js') ? [process.execPath, npm] : [process.platform === 'win32' ? 'npm.cmd' : 'npm']
  const { status, error } = spawnSync(command, [...before, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status === 0) return
  console.error(`npm ${args.join(' ')} failed${error ? `: ${error.message}` : ''}. It needs npm and a package registry that it can reach.`)
  process.exit(1)
}

/** The one among the dependencies, where there is one for this platform; else this one, if it is new enough. */
function nodeToUse() {
  const bundled = join(root, 'node_modules', '.bin', 'node')
  if (existsSync(bundled)) return bundled
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return process.execPath
  console.error(`Node ${needed.join('.')} or newer is needed on ${process.platform}; this is ${process.version}.`)
  return process.exit(1)
}

if (!isInstalled()) install()
const child = spawn(nodeToUse(), process.argv.slice(2), { stdio: 'inherit' })
// A terminal sends Ctrl-C to both; the program decides what it means.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('error', ({ message }) => {
  console.error(message)
  process.exit(1)
})
child.on('exit', (code, signal) => {
  if (signal) process.removeAllListeners(signal)
  if (signal) process.kill(process.pid, signal)
  else process.exit(code ?? 1)
})
