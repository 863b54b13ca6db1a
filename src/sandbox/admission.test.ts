import { beforeEach, describe, expect, test } from 'vitest'
import { seeded } from '../kube/clock.ts'
import type { KubeObject } from '../kube/objects.ts'
import type { Request, Response, Transport } from '../kube/transport.ts'
import { Sandbox } from './sandbox.ts'
import { VirtualTime } from './virtual-time.ts'

const group = '/apis/admissionregistration.k8s.io'
const maps = '/api/v1/namespaces/default/configmaps'
const rule = (...operations: string[]) => ({ operations, apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] })
const named = (kind: string, name: string, spec: object): KubeObject => ({ kind, metadata: { name }, spec }) as never

let sandbox: Sandbox
let transport: Transport
let time: VirtualTime
beforeEach(async () => {
  time = new VirtualTime()
  sandbox = new Sandbox({ clock: time.clock, random: seeded(1), enable: ['admissionregistration.k8s.io/v1beta1'] })
  transport = sandbox.transport()
  await time.run(undefined, 10_000)
})

async function send(
  method: Request['method'],
  path: string,
  body?: unknown,
): Promise<Response & { body: { message?: string; [field: string]: unknown } }> {
  return (await transport.request({ method, path, body })) as never
}
const map = (name: string, data?: object) => send('POST', maps, { metadata: { name }, ...(data && { data }) })

async function policy(name: string, spec: object, binding: object = {}): Promise<void> {
  const constraints = { matchConstraints: { resourceRules: [rule('CREATE', 'UPDATE', 'DELETE')] } }
  const made = [
    await send('POST', `${group}/v1/validatingadmissionpolicies`, named('ValidatingAdmissionPolicy', name, { ...constraints, ...spec })),
    await send(
      'POST',
      `${group}/v1/validatingadmissionpolicybindings`,
      named('ValidatingAdmissionPolicyBinding', `${name}-binding`, { policyName: name, validationActions: ['Deny'], ...binding }),
    ),
  ]
  expect(made.map(({ body, status }) => [status, body.message])).toEqual([
    [201, undefined],
    [201, undefined],
  ])
}

describe('validating policies', () => {
  test('deny with the message they make, on creation and on deletion', async () => {
    await policy('p', {
      matchConditions: [{ name: 'mine', expression: "request.name.startsWith('p')" }],
      variables: [{ name: 'n', expression: 'request.operation == "DELETE" ? oldObject.metadata.name : object.metadata.name' }],
      validations: [
        {
          expression: "variables.n != 'p-bad' && request.operation != 'DELETE'",
          messageExpression: "'no ' + variables.n + ' ' + request.operation",
        },
      ],
    })
    expect((await map('other')).status).toBe(201)
    expect((await map('p-good')).status).toBe(201)
    const message = "ValidatingAdmissionPolicy 'p' with binding 'p-binding' denied request: no p-bad CREATE"
    expect((await map('p-bad')).body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `configmaps "p-bad" is forbidden: ${message}`,
      reason: 'Invalid',
      details: { name: 'p-bad', kind: 'configmaps', causes: [{ message }] },
      code: 422,
    })
    expect((await send('DELETE', `${maps}/p-good`)).body.message).toContain('denied request: no p-good DELETE')
  })

  test('what cannot be evaluated is denied, or not, as the policy has it', async () => {
    await policy('p', { validations: [{ expression: 'object.data.x == "1"' }] })
    expect((await map('a')).body.message).toContain(
      `denied request: expression 'object.data.x == "1"' resulted in error: no such key: data`,
    )
    expect((await map('b', { x: '2' })).body.message).toContain('denied request: failed expression: object.data.x == "1"')
    expect((await map('c', { x: '1' })).status).toBe(201)
    await send('DELETE', `${group}/v1/validatingadmissionpolicies/p`)
    await policy('q', { failurePolicy: 'Ignore', validations: [{ expression: 'object.data.x == "1"' }] })
    expect((await map('a')).status).toBe(201)
  })

  test('may only warn', async () => {
    await policy('p', { validations: [{ expression: 'false', message: 'take care' }] }, { validationActions: ['Warn'] })
    const { status, headers } = await map('a')
    expect([status, headers.warning]).toEqual([
      201,
      `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'p-binding': take care"`,
    ])
  })

  test('parameters are other objects; without them there is null, or a denial', async () => {
    const spec = {
      matchConstraints: { resourceRules: [rule('CREATE')] },
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [{ expression: 'params == null || object.metadata.name != params.data.no', message: 'not that' }],
    }
    await map('settings', { no: 'this' })
    await policy('p', spec, { paramRef: { name: 'settings', namespace: 'default', parameterNotFoundAction: 'Deny' } })
    expect((await map('this')).body.message).toContain('not that')
    expect((await map('that')).status).toBe(201)
    await send('DELETE', `${maps}/settings`)
    expect((await map('other')).body.message).toContain('no params found for policy binding with `Deny` parameterNotFoundAction')
  })

  test('namespaces are told apart by their labels', async () => {
    await policy(
      'p',
      { validations: [{ expression: "namespaceObject.metadata.name != 'default'", message: 'not here' }] },
      {
        matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } } },
      },
    )
    expect((await map('a')).body.message).toContain('not here')
    expect((await send('POST', '/api/v1/namespaces/kube-system/configmaps', { metadata: { name: 'a' } })).status).toBe(201)
  })
})

describe('mutating policies', () => {
  const mutate = async (name: string, spec: object) => {
    const constraints = {
      failurePolicy: 'Fail',
      reinvocationPolicy: 'Never',
      matchConstraints: { resourceRules: [rule('CREATE', 'UPDATE')] },
    }
    const made = [
      await send('POST', `${group}/v1beta1/mutatingadmissionpolicies`, named('MutatingAdmissionPolicy', name, { ...constraints, ...spec })),
      await send(
        'POST',
        `${group}/v1beta1/mutatingadmissionpolicybindings`,
        named('MutatingAdmissionPolicyBinding', name, { policyName: name }),
      ),
    ]
    expect(made.map(({ body }) => body.message)).toEqual([undefined, undefined])
  }

  test('patch objects one after the other, with variables', async () => {
    await mutate('labels', {
      variables: [{ name: 'value', expression: "has(object.data) && 'x' in object.data ? object.data.x : 'none'" }],
      mutations: [
        {
          patchType: 'JSONPatch',
          jsonPatch: {
            expression:
              'has(object.metadata.labels) ? [JSONPatch{op: "add", path: "/metadata/labels/a~1b", value: variables.value}] : [JSONPatch{op: "add", path: "/metadata/labels", value: {}}, JSONPatch{op: "add", path: "/metadata/labels/a~1b", value: variables.value}]',
          },
        },
        { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{data: {"seen": object.metadata.labels["a/b"]}}' } },
      ],
    })
    expect((await map('one', { x: 'y' })).body).toMatchObject({ metadata: { labels: { 'a/b': 'y' } }, data: { x: 'y', seen: 'y' } })
    expect((await map('two')).body).toMatchObject({ metadata: { labels: { 'a/b': 'none' } }, data: { seen: 'none' } })
  })

  test('are asked again when another one has changed the object after them', async () => {
    const copy = '[JSONPatch{op: "add", path: "/data", value: {"n": has(object.metadata.labels) ? "labelled" : "bare"}}]'
    await mutate('a', { reinvocationPolicy: 'IfNeeded', mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: copy } }] })
    await mutate('b', {
      mutations: [
        { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"l": "m"}}}' } },
      ],
    })
    expect((await map('one')).body.data).toEqual({ n: 'labelled' })
  })
})

describe('webhooks', () => {
  const configure = (kind: 'Validating' | 'Mutating', webhook: object) =>
    send('POST', `${group}/v1/${kind.toLowerCase()}webhookconfigurations`, {
      metadata: { name: 'w' },
      webhooks: [
        {
          name: 'a.example.com',
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          clientConfig: { service: { namespace: 'default', name: 'hook', path: '/x' } },
          rules: [rule('CREATE')],
          ...webhook,
        },
      ],
    })

  test('without anybody behind them fail, or are passed over', async () => {
    await configure('Validating', {})
    const call =
      'failed calling webhook "a.example.com": failed to call webhook: Post "https://hook.default.svc:443/x?timeout=10s": service "hook" not found'
    expect(await map('a')).toMatchObject({ status: 500, body: { message: `Internal error occurred: ${call}`, reason: 'InternalError' } })
    await send('DELETE', `${group}/v1/validatingwebhookconfigurations/w`)
    await configure('Validating', { failurePolicy: 'Ignore' })
    expect((await map('a')).status).toBe(201)
  })

  test('allow, deny and warn', async () => {
    await configure('Validating', {})
    const seen: unknown[] = []
    sandbox.answerWebhook('default/hook', ({ operation, name, object, userInfo }) => {
      seen.push([operation, name, object?.metadata.name, userInfo])
      return name === 'bad' ? { allowed: false, status: { message: 'because', code: 403 } } : { allowed: true, warnings: ['hm'] }
    })
    expect(await map('good')).toMatchObject({ status: 201, headers: { warning: '299 - "hm"' } })
    expect(await map('bad')).toMatchObject({
      status: 403,
      body: { message: 'admission webhook "a.example.com" denied the request: because' },
    })
    expect(seen[0]).toEqual(['CREATE', 'good', 'good', { username: 'admin', groups: ['system:masters', 'system:authenticated'] }])
  })

  test('change objects, which are then read as if they had been sent', async () => {
    await configure('Mutating', { matchConditions: [{ name: 'm', expression: "object.metadata.name != 'left'" }] })
    sandbox.answerWebhook('default/hook', () => ({
      allowed: true,
      patch: [
        { op: 'add', path: '/data', value: { k: 'v' } },
        { op: 'add', path: '/unknown', value: 1 },
      ] as never,
    }))
    const { body } = await map('a')
    expect(body).toMatchObject({ data: { k: 'v' } })
    expect(body).not.toHaveProperty('unknown')
    expect((await map('left')).body).not.toHaveProperty('data')
  })
})
