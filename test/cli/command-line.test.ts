import { expect, test, vi } from 'vitest'
import { run, start, withFile } from './process.ts'

// Each of them mostly waits for a process of its own.
vi.setConfig({ testTimeout: 60_000 })

const kubeconfig = (server: string) => `apiVersion: v1
clusters: [{ name: a, cluster: { server: '${server}' } }]
users: [{ name: a, user: { token: t } }]
contexts: [{ name: a, context: { cluster: a, user: a } }]
current-context: a
`

test.concurrent('a wrong command line ends with 2, and says so on standard error alone', async () => {
  const { code, out, err } = await run(['-mange-crds'])
  expect(err).toMatch(/^error: unknown option '--mange-crds'\n\(Did you mean --manage-crds\?\)\n/)
  expect({ code, out }).toEqual({ code: 2, out: '' })
})

test.concurrent('a pod without a token says what it lacks', async () => {
  const { code, err } = await run([], { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' })
  expect(err).toContain('Is automountServiceAccountToken off?')
  expect(code).toBe(1)
})

test.concurrent.each([
  ['what does not parse', 'clusters: [', /line 1, column 12/],
  ['what is something else', 'just text', /is no kubeconfig/],
  [
    'a context that is not there',
    kubeconfig('https://127.0.0.1:1').replace(/current-context: a/, 'current-context: b'),
    /has no context b/,
  ],
  ['a server that is no address', kubeconfig('127.0.0.1:1'), /no URL such as https:/],
])('a kubeconfig that is wrong is told with its place: %s', async (_, text, said) => {
  await withFile('kubeconfig', text, async path => {
    const { code, err } = await run(['--kubeconfig', path])
    expect(err).toContain(path)
    expect(err).toMatch(said)
    expect(code).toBe(1)
  })
})

test.concurrent('with --url-only-kubeconfig the address comes from the file, and the credentials from the pod', async () => {
  await withFile('kubeconfig', kubeconfig('https://127.0.0.1:1'), async path => {
    const { code, err } = await run(['-url-only-kubeconfig', path])
    expect(err).toContain("pod's service account has no")
    expect(code).toBe(1)
  })
})

test.concurrent('a namespace that the operator fills itself is refused', async () => {
  const { code, err } = await run(['--zap-encoder=console'], { OPERATOR_NAMESPACE: 'calico-system' })
  expect(err).toMatch(/error {2}the operator cannot run in calico-system/)
  expect(code).toBe(1)
})

test.concurrent('a server that does not answer is asked again, told once, and left at SIGTERM', async () => {
  await withFile('kubeconfig', kubeconfig('http://127.0.0.1:1'), async path => {
    const operator = start([], { KUBECONFIG: path })
    await operator.says(/gives no answer that can be used; it is asked until it does/)
    operator.kill('SIGTERM')
    const { code, err } = await operator.ended
    const lines = err.trimEnd().split('\n')
    const log = lines.map(line => JSON.parse(line) as { level: string; msg: string; error?: string })
    expect(log.map(({ level }) => level)).toEqual(['info', 'error', 'info'])
    expect(log[1]!.error).toContain('ECONNREFUSED')
    expect(code).toBe(0)
  })
})

test.concurrent.each([
  ['input.yaml', { text: 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: [a\n', said: /input\.yaml:5:1: / }],
  ['input.json', { text: '{ "apiVersion": "v1",\n  "kind": "Namespace"', said: /input\.json:2:22: / }],
  ['none.yaml', { text: 'a: 1\n---\nb: 2\n', said: /none\.yaml:1: this is no Kubernetes object/ }],
])('a file that cannot be understood is told by its place: %s', async (name, { text, said }) => {
  await withFile(name, text, async path => {
    const { code, out, err } = await run(['render', '-f', path])
    expect(err).toMatch(said)
    expect({ code, out }).toEqual({ code: 1, out: '' })
  })
})
