/** The house's rules that a machine can see: who imports whom, what is pure, how long a page may be. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { expect, test } from 'vitest'

/** Who may import whom. A line that is not here is not allowed; there is no other list. */
const mayImport: Record<string, readonly string[]> = {
  api: [],
  kube: [],
  reconcile: ['kube'],
  installation: ['api', 'kube', 'reconcile'],
  certificates: ['api', 'kube', 'installation', 'reconcile'],
  render: ['api', 'kube', 'installation', 'certificates', 'reconcile'],
  status: ['api', 'kube', 'reconcile'],
  controllers: ['api', 'kube', 'reconcile', 'installation', 'certificates', 'render', 'status', 'migration'],
  migration: ['api', 'kube', 'reconcile', 'installation'],
  sandbox: ['api', 'kube'],
  cli: ['api', 'kube', 'reconcile', 'installation', 'certificates', 'render', 'status', 'controllers', 'migration', 'sandbox'],
  main: ['cli'],
}

/** Of these folders, reconcile gives types alone: what a controller is, and what a problem is. */
const typesOfReconcile = new Set(['installation', 'render'])

const pure = new Set(['api', 'installation', 'render', 'status'])
const impure =
  /\b(Date\.now|new Date\(\)|Math\.random|process\.|fetch\(|setTimeout|setInterval)|from 'node:(fs|net|http|https|child_process|os)/

/** Tables of data, generated or not, may be as long as they are. */
const longest = 300
const tables = /^(api\/|src\/kube\/gen\/|src\/kube\/kinds\.ts)|\/rules\.ts$|-table\.ts$/

const root = resolve(import.meta.dirname, '..')
const files = ['src', 'api'].flatMap(folder =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => join(folder, name)),
)
const sources = files.filter(name => !name.endsWith('.test.ts'))

/** The folder of a file under src, or api, or main. */
const home = (file: string): string => {
  const [top = '', second = ''] = file.split(sep)
  return top === 'api' ? 'api' : second.replace(/\.ts$/, '')
}

const importsOf = (text: string) =>
  [...text.matchAll(/^(?:import|export)\s+(type\s)?[^'"]*?from\s+'(\.[^']+)'|import\('(\.[^']+)'\)/gm)].map(([, type, from, dynamic]) => ({
    to: from ?? dynamic ?? '',
    type: type !== undefined,
  }))

test.each(sources)('%s imports only what its folder may', file => {
  const from = home(file)
  const allowed = mayImport[from]
  expect(allowed, `${from} is no folder of the house: add it to mayImport, with what it may import`).toBeDefined()
  for (const { to, type } of importsOf(readFileSync(join(root, file), 'utf8'))) {
    if (from === 'cli' && to.endsWith('/package.json')) continue
    const target = home(relative(root, resolve(root, dirname(file), to)))
    if (target === from) continue
    expect(allowed, `${file} imports ${to}: arrows point down`).toContain(target)
    if (target === 'reconcile' && typesOfReconcile.has(from)) expect(type, `${file}: reconcile gives ${from} types alone`).toBe(true)
  }
})

test('no page imports itself round about, nor its types: what two pages share has a page below both', () => {
  const circles: string[] = []
  const seen = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
    if (seen.has(file)) return
    seen.add(file)
    for (const { to } of importsOf(readFileSync(join(root, file), 'utf8'))) {
      const target = relative(root, resolve(root, dirname(file), to))
      if (sources.includes(target)) visit(target, [...path, file])
    }
  }
  for (const file of sources) visit(file, [])
  expect(circles).toEqual([])
})

test.each(sources.filter(file => pure.has(home(file))))('%s is pure: no clock, no chance, no network, no files', file => {
  expect(readFileSync(join(root, file), 'utf8')).not.toMatch(impure)
})

/** Names of providers, CNI plugins and address management, and questions after them: their tables have a column for what differs. */
const asksNames =
  /'(EKS|GKE|AKS|OpenShift|DockerEnterprise|RKE2|TKG|Kind|AmazonVPC|AzureVNET|HostLocal)'|\b(cni|ipam|provider)(\.\w+)? ?[!=]== ?'/

test.each(sources.filter(file => home(file) === 'render'))('%s reads tables instead of asking who the provider or plugin is', file => {
  expect(readFileSync(join(root, file), 'utf8')).not.toMatch(asksNames)
})

test.each(files.filter(file => !tables.test(file)))('%s fits in one sitting', file => {
  expect(readFileSync(join(root, file), 'utf8').split('\n').length - 1).toBeLessThanOrEqual(longest)
})

test.each(sources.filter(file => !file.includes(`${sep}gen${sep}`)))('%s says at its top what it is', file => {
  expect(readFileSync(join(root, file), 'utf8')).toMatch(/^(import [^\n]*\n)*\n?\/\*\*/)
})

test('nothing ships that belongs to nobody', () => {
  expect(
    files.filter(file => /(^|\/)(utils?|helpers?|common|misc|types)(\.ts|\/)/.test(file) && !file.includes(`${sep}gen${sep}`)),
  ).toEqual([])
})
