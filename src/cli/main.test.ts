import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { crds } from '../../api/index.ts'
import { main } from './main.ts'

/** Runs a command here, and gives what it printed. */
async function run(args: readonly string[], env: Record<string, string> = {}): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' }
  const code = await main(args, {
    env: { HOME: '/nowhere', ...env },
    out: text => {
      said.out += text
    },
    err: text => {
      said.err += text
    },
  })
  return { code, ...said }
}

/** Of the reference's process: spec/installation-controller.md §1.1. */
const flags = [
  'enable-leader-election',
  'manage-crds',
  'bootstrap-crds',
  'variant',
  'pre-delete',
  'print-images',
  'print-calico-crds',
  'url-only-kubeconfig',
  'version',
  'kubeconfig',
  'zap-log-level',
  'zap-devel',
  'zap-encoder',
]

const variables = [
  ...['OPERATOR_NAMESPACE', 'OPERATOR_NAME', 'OPERATOR_SERVICEACCOUNT', 'CALICO_API_GROUP'],
  ...['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT', 'METRICS_HOST', 'METRICS_PORT'],
]

test('help names every command, and help of the operator every flag and variable', async () => {
  const program = await run(['--help'])
  expect(program).toMatchObject({ code: 0, err: '' })
  for (const command of ['run', 'render', 'capabilities', 'rules']) expect(program.out).toMatch(new RegExp(`^  ${command} `, 'm'))
  const operator = await run(['run', '-help'])
  for (const flag of flags) expect(operator.out).toMatch(new RegExp(`^  --${flag}\\b`, 'm'))
  for (const variable of variables) expect(operator.out).toMatch(new RegExp(`\\b${variable}\\b`))
})

test.each([[['--version']], [['-version']], [['run', '-version=true']]])('%j prints versions', async args => {
  const { code, out } = await run(args)
  expect(out).toMatch(/^Operator: v\d+\.\d+\.\d+\nCalico: v3\.32\.1\nEnterprise: none\n$/)
  expect(code).toBe(0)
})

test.each(['list', 'listcalico'])('-print-images %s prints full references, the operator last', async which => {
  const { code, out } = await run(['-print-images', which])
  const lines = out.trimEnd().split('\n')
  expect(lines).toContain('quay.io/calico/node:v3.32.1')
  expect(lines.at(-1)).toMatch(/^quay\.io\/tigera\/operator:/)
  expect(code).toBe(0)
})

test.each([
  ['v1', {}],
  ['v3', { CALICO_API_GROUP: 'projectcalico.org/v3' }],
] as const)('-print-calico-crds all prints those of mode %s, each behind its name', async (mode, env) => {
  const { code, out } = await run(['--print-calico-crds=all'], env)
  const names = crds(mode).map(({ metadata: { name } }) => name)
  expect([...out.matchAll(/^---\n# (.+)$/gm)].map(([, name]) => name)).toEqual(names)
  expect(code).toBe(0)
})

test('the beginning of a name chooses CRDs, and none that matches is an error', async () => {
  const { out } = await run(['--print-calico-crds', 'tigerastatuses.'])
  const documents = [...parseAllDocuments(out, { version: '1.1' })].map(document => document.toJS())
  expect(documents).toEqual(crds('v1').filter(({ metadata: { name } }) => name === 'tigerastatuses.operator.tigera.io'))
  const none = await run(['--print-calico-crds', 'nothing'])
  expect(none).toEqual({ code: 1, out: '', err: 'error: no CRD of this mode (v1) has a name that begins with nothing\n' })
})

test.each([
  [['--mange-crds'], 'Did you mean --manage-crds?'],
  [['capabilites'], 'Did you mean capabilities?'],
  [['--manage-crds=maybe'], 'Write true or false.'],
  [['run', 'extra'], 'extra'],
  [['--zap-log-level=loud'], 'Write debug, info,'],
  [['--print-images=all'], 'Write list or listcalico'],
  [['--variant', 'Calicoo'], 'Write Calico.'],
  [['--print-images=listenterprise'], 'Calico Enterprise needs the operator that comes with it'],
  [['--variant=TigeraSecureEnterprise'], 'Calico Enterprise needs the operator that comes with it'],
  [['-print-enterprise-crds', 'all'], 'Calico Enterprise needs the operator that comes with it'],
  [['-aws-sg-setup'], 'the Job that it makes for security groups runs the image of tigera/operator'],
  [['render'], "required option '-f, --filename <path...>'"],
  [['render', '-f', '-', '-o', 'xml'], 'write yaml, json or dir=PATH'],
  [['render', '-f', '-', '--nodes', 'many'], 'Write a whole number'],
])('%j is refused with what to do, and 2', async (args, remedy) => {
  const { code, out, err } = await run(args)
  expect(err).toContain(remedy)
  expect({ code, out }).toEqual({ code: 2, out: '' })
})

test('a flag that is not to be had may be switched off', async () => {
  expect(await run(['-aws-sg-setup=false', '-version'])).toMatchObject({ code: 0 })
})

test('what cannot be listened at is refused', async () => {
  const err = 'error: METRICS_PORT is 99999: write a port number from 1 to 65535\n'
  expect(await run([], { METRICS_PORT: '99999' })).toEqual({ code: 2, out: '', err })
})

test('no credentials at all end it, and it says where it looked', async () => {
  const { code, err } = await run([])
  expect(err).toContain('neither --kubeconfig nor KUBECONFIG is given')
  expect(err).toContain('/nowhere/.kube/config does not exist')
  expect(code).toBe(1)
})

test('tables are printed for people and for programs', async () => {
  const text = await run(['capabilities'])
  expect(text.out).toMatch(/^spec\.cni\.ipam\.type$/m)
  expect(text.out).toMatch(/^Not installed$(?:.|\n)*^ {2}Istio$/m)
  const { refused, notInstalled } = JSON.parse((await run(['capabilities', '-o', 'json'])).out)
  expect(notInstalled).toEqual([expect.objectContaining({ kind: 'Istio', remedy: expect.stringContaining('Helm') })])
  for (const { id, because, remedy } of refused) expect([id, because, remedy].every(Boolean), id).toBe(true)
  const { rules } = JSON.parse((await run(['rules', '--output=json'])).out)
  expect(rules.length).toBeGreaterThan(refused.length)
})
