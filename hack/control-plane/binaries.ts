/** Finds the binaries of a Kubernetes control plane and builds those that are missing from Go modules. Starts none of them. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export const kubernetesVersion = 'v1.35.4'

export type Binary = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok' | 'kubectl'

interface Module {
  /** Folder with the go.mod, below this one. */
  folder: string
  packages: Partial<Record<Binary, string>>
  linker: string
}

/** Without these the API server calls itself v0.0.0, and so do the nodes' version checks. */
const version = Object.entries({ gitVersion: kubernetesVersion, gitMajor: '1', gitMinor: '35', gitCommit: '0', gitTreeState: 'clean' })
  .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
  .join(' ')

const modules: Module[] = [
  { folder: 'etcd', packages: { etcd: 'go.etcd.io/etcd/server/v3' }, linker: '-s -w' },
  { folder: 'kwok', packages: { kwok: 'sigs.k8s.io/kwok/cmd/kwok' }, linker: '-s -w' },
  {
    folder: '.',
    packages: {
      'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
      'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
      'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
      kubectl: 'k8s.io/kubernetes/cmd/kubectl',
    },
    linker: `-s -w ${version}`,
  },
]

const binaries = modules.flatMap(({ packages }) => Object.keys(packages) as Binary[])

/** Outside the tree, so that every checkout shares them. */
function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'calico-operator', kubernetesVersion)
}

/** Where a binary is: in KUBEBUILDER_ASSETS, else in the cache; undefined when it has to be built. */
export function findBinary(name: Binary, env: NodeJS.ProcessEnv = process.env): string | undefined {
  return [env.KUBEBUILDER_ASSETS, cacheFolder(env)].flatMap(folder => (folder ? [join(folder, name)] : [])).find(path => existsSync(path))
}

/** Why no control plane can be started here, as a sentence for whoever reads the test's output; undefined when one can. */
export function unavailable(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const missing = binaries.filter(name => !findBinary(name, env))
  if (missing.length === 0 || hasGo(env)) return undefined
  return `A real control plane needs ${missing.join(', ')}: install Go and run "node hack/control-plane/main.ts build" once, or set KUBEBUILDER_ASSETS.`
}

function hasGo(env: NodeJS.ProcessEnv): boolean {
  try {
    execFileSync('go', ['version'], { env, stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Builds what is missing; 3 to 8 minutes the first time on two cores. `tell` hears what takes so long. */
export async function build(tell: (line: string) => void): Promise<void> {
  for (const module of modules) {
    const missing = Object.entries(module.packages).filter(([name]) => !findBinary(name as Binary))
    if (missing.length === 0) continue
    tell(`Building ${missing.map(([name]) => name).join(', ')} (once; the result stays in ${cacheFolder()})`)
    await buildModule(
      module,
      missing.map(([, path]) => path),
    )
  }
}

/** Builds aside and moves into place, so that a build that was cut off leaves no broken binary. */
async function buildModule({ folder, linker }: Module, packages: string[]): Promise<void> {
  const aside = join(cacheFolder(), `building-${process.pid}`)
  mkdirSync(aside, { recursive: true })
  try {
    for (const path of packages) {
      // Go would name etcd's binary "server".
      const name = path.startsWith('go.etcd.io/') ? 'etcd' : path.slice(path.lastIndexOf('/') + 1)
      await go(join(import.meta.dirname, folder), ['build', '-trimpath', '-ldflags', linker, '-o', join(aside, name), path])
      renameSync(join(aside, name), join(cacheFolder(), name))
    }
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

function go(cwd: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('go', args, { cwd, env: { ...process.env, CGO_ENABLED: '0' }, stdio: ['ignore', 'inherit', 'inherit'] })
    child.once('error', reject)
    child.once('exit', code => (code === 0 ? resolve() : reject(new Error(`go ${args.join(' ')} ended with ${code}`))))
  })
}
