import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { VirtualTime } from '../sandbox/virtual-time.ts'
import { Credentials, findCredentials, type Identity, proxyFor } from './auth.ts'
import { CredentialsError, serverOf } from './kubeconfig.ts'

const folder = mkdtempSync(join(tmpdir(), 'auth-'))
afterAll(() => rmSync(folder, { recursive: true }))
const { clock } = new VirtualTime()

let count = 0
function file(content: unknown): string {
  const path = join(folder, `config-${count++}`)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const config = ({
  cluster = {},
  user = {},
  context = {},
  ...rest
}: {
  cluster?: object
  user?: object
  context?: object
  [field: string]: unknown
} = {}) => ({
  'current-context': 'here',
  contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', ...context } }],
  clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', ...cluster } }],
  users: [{ name: 'u', user }],
  ...rest,
})
const find = (kubeconfig: string, more: Partial<Parameters<typeof findCredentials>[0]> = {}) =>
  findCredentials({ kubeconfig, env: {}, clock, ...more })

test('tokens, certificates and impersonation are read from a kubeconfig', async () => {
  const data = (text: string) => Buffer.from(text).toString('base64')
  const user = {
    token: ' secret\n',
    'client-certificate-data': data('cert'),
    'client-key-data': data('key'),
    as: 'jane',
    'as-groups': ['a', 'b'],
  }
  const cluster = { 'certificate-authority-data': data('ca'), 'tls-server-name': 'kubernetes', 'proxy-url': 'http://proxy:3128' }
  const credentials = find(file(config({ cluster, user })))
  expect(await credentials.get()).toEqual({
    server: 'https://10.0.0.1:6443',
    tls: { ca: 'ca', cert: 'cert', key: 'key', servername: 'kubernetes' },
    headers: { authorization: 'Bearer secret', 'impersonate-user': 'jane', 'impersonate-group': 'a,b' },
    proxy: 'http://proxy:3128',
  })
  expect(credentials.source).toMatch(/^kubeconfig .*, context here$/)
})

test('files that a kubeconfig names are looked for beside it, and read anew', async () => {
  writeFileSync(join(folder, 'token'), 'first\n')
  writeFileSync(join(folder, 'ca.crt'), 'ca')
  const time = new VirtualTime()
  const credentials = find(file(config({ cluster: { 'certificate-authority': 'ca.crt' }, user: { tokenFile: 'token' } })), {
    clock: time.clock,
  })
  const first = await credentials.get()
  expect(first).toMatchObject({ tls: { ca: 'ca' }, headers: { authorization: 'Bearer first' } })
  writeFileSync(join(folder, 'token'), 'second')
  expect(await credentials.get()).toBe(first)
  await time.pass(10_000)
  expect(await credentials.get()).toMatchObject({ headers: { authorization: 'Bearer second' } })
})

test('of several files the first that names something counts', async () => {
  const one = file({ contexts: [{ name: 'here', context: { cluster: 'c', user: 'other' } }] })
  const two = file(config({ users: [{ name: 'other', user: { token: 't' } }] }))
  expect(await findCredentials({ env: { KUBECONFIG: [one, '/not/there', two].join(delimiter) }, clock }).get()).toMatchObject({
    headers: { authorization: 'Bearer t' },
  })
})

test('another context may be asked for', async () => {
  const clusters = [{ name: 'far', cluster: { server: 'https://far' } }]
  const contexts = [{ name: 'there', context: { cluster: 'far' } }]
  expect(await find(file(config({ clusters, contexts })), { context: 'there' }).get()).toMatchObject({ server: 'https://far', headers: {} })
})

test.each<[string, () => string, RegExp]>([
  [
    'a file that is not there',
    () => '/not/there',
    /^kubeconfig \/not\/there does not exist\. Name one that does with --kubeconfig or KUBECONFIG$/,
  ],
  ['YAML that is none', () => file('a: b\n  c: [\n'), /line \d+, column \d+: /],
  ['something else than a kubeconfig', () => file('- a\n'), /is no kubeconfig/],
  [
    'no current context',
    () => file(config({ 'current-context': '' })),
    /has no current-context \(contexts in it: here\)\. Choose one: kubectl config use-context NAME$/,
  ],
  ['a context that is not in it', () => file(config({ 'current-context': 'gone' })), /has no context gone \(contexts in it: here\)$/],
  [
    'a cluster that is not in it',
    () => file(config({ context: { cluster: 'gone' } })),
    /context here refers to cluster gone, which is not in it$/,
  ],
  ['a user that is not in it', () => file(config({ context: { user: 'gone' } })), /context here refers to user gone, which is not in it$/],
  [
    'a server without a scheme',
    () => file(config({ cluster: { server: '10.0.0.1:6443' } })),
    /has server "10\.0\.0\.1:6443", which is no URL such as https:\/\/10\.0\.0\.1:6443$/,
  ],
])('%s is said to be wrong, and where', (_, path, message) => {
  const failure = () => find(path())
  expect(failure).toThrow(CredentialsError)
  expect(failure).toThrow(message)
})

test('a file named in it that is not there is told when it is needed', async () => {
  await expect(find(file(config({ user: { tokenFile: 'gone' } }))).get()).rejects.toThrow(/names a file that cannot be read: .*gone/)
})

test('a plugin that gives a token is run, and run again when the server refuses what it gave', async () => {
  const counter = join(folder, 'runs')
  const script = `echo x >> ${counter}; echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t'$(wc -l < ${counter} | tr -d ' ')'","expirationTimestamp":"2099-01-01T00:00:00Z"}}'`
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script], interactiveMode: 'Never' }
  const credentials = find(file(config({ user: { exec } })))
  const first = await credentials.get()
  expect(first.headers.authorization).toBe('Bearer t1')
  expect((await credentials.renewed(first)).headers.authorization).toBe('Bearer t2')
  const broken = find(file(config({ user: { exec: { ...exec, args: ['-c', 'exit 3'] } } })))
  await expect(broken.get()).rejects.toThrow(/context here: its plugin gives no credentials/)
})

test('in a pod the service account is used, its token trimmed and read anew', async () => {
  const podFolder = join(folder, 'pod')
  mkdirSync(podFolder)
  writeFileSync(join(podFolder, 'ca.crt'), 'ca')
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }
  const credentials = findCredentials({ env, clock, podFolder })
  await expect(credentials.get()).rejects.toThrow(/has no token in .*Is automountServiceAccountToken off\?$/)
  writeFileSync(join(podFolder, 'token'), 'a\n')
  const first = await credentials.get()
  expect(first).toEqual({ server: 'https://[fd00::1]:443', tls: { ca: 'ca' }, headers: { authorization: 'Bearer a' } })
  writeFileSync(join(podFolder, 'token'), 'b\n')
  expect(await credentials.renewed(first)).toMatchObject({ headers: { authorization: 'Bearer b' } })
})

test('with nothing at all it says where it has looked', () => {
  expect(() => findCredentials({ env: { HOME: folder }, clock })).toThrow(
    /no cluster to talk to: neither --kubeconfig nor KUBECONFIG is given, this is no pod .*\.kube\/config does not exist$/,
  )
})

test('who asks at the same time waits for the same answer, and a failure is not kept', async () => {
  let asked = 0
  const credentials = new Credentials('test', clock, async () => {
    if (asked++ === 0) throw new Error('no')
    return { server: '', tls: {}, headers: {} } satisfies Identity
  })
  await expect(Promise.all([credentials.get(), credentials.get()])).rejects.toThrow('no')
  const [one, two] = await Promise.all([credentials.get(), credentials.get()])
  expect(one).toBe(two)
  expect(asked).toBe(2)
  const [three, four] = await Promise.all([credentials.renewed(one), credentials.renewed(one)])
  expect(three).toBe(four)
  expect(asked).toBe(3)
})

test('proxies are taken from the environment, but for hosts that are exempt', () => {
  const env = { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '10.0.0.0/8, .internal,example.com:6443' }
  const through = (server: string) => proxyFor(server, env) !== undefined
  expect(['https://1.2.3.4:6443', 'https://example.com', 'https://[fd00::1]'].map(through)).toEqual([true, true, true])
  expect(
    [
      'https://10.96.0.1',
      'https://a.internal',
      'https://example.com:6443',
      'https://127.0.0.1:6443',
      'https://localhost',
      'http://1.2.3.4',
    ].map(through),
  ).toEqual(Array(6).fill(false))
})

test('only the address may be taken from a kubeconfig', () => {
  expect(serverOf(file(config()))).toEqual({ host: '10.0.0.1', port: '6443' })
  expect(serverOf(file(config({ cluster: { server: 'https://[fd00::1]' } })))).toEqual({ host: 'fd00::1', port: '443' })
})
