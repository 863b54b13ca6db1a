/** Refusals, word by word: the whole body of a Status. */
import { expect } from 'vitest'
import type { Request } from '../../src/kube/transport.ts'
import type { It, Sent } from './bed.ts'
import { widgets } from './widgets.ts'

type Failure = [code: number, reason: string, message: string, details?: object]

const failure = (...[code, reason, message, details]: Failure) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  ...(reason && { reason }),
  ...(details && { details }),
  code,
})

/** Paths begin in the Namespace `default`. */
const cases: [string, Request['method'], string, Sent, object][] = [
  [
    'an object that is not there',
    'GET',
    '/configmaps/none',
    {},
    failure(404, 'NotFound', 'configmaps "none" not found', { name: 'none', kind: 'configmaps' }),
  ],
  [
    'an object of a group that is not there',
    'GET',
    '/apps/v1/deployments/none',
    {},
    failure(404, 'NotFound', 'deployments.apps "none" not found', { name: 'none', group: 'apps', kind: 'deployments' }),
  ],
  ['a resource that is not there', 'GET', '/wombats', {}, failure(404, 'NotFound', 'the server could not find the requested resource', {})],
  [
    'a subresource that is not there',
    'GET',
    '/configmaps/kube-root-ca.crt/status',
    {},
    failure(404, 'NotFound', 'the server could not find the requested resource', {}),
  ],
  [
    'a method that does not fit a collection',
    'PUT',
    '/configmaps',
    { body: { metadata: { name: 'a' } } },
    failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {}),
  ],
  [
    'a creation at the path of an object',
    'POST',
    '/configmaps/a',
    { body: { metadata: { name: 'a' } } },
    failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {}),
  ],
  [
    'an object of another Namespace',
    'POST',
    '/configmaps',
    { body: { metadata: { name: 'a', namespace: 'other' } } },
    failure(400, 'BadRequest', 'the namespace of the provided object does not match the namespace sent on the request'),
  ],
  [
    'a creation with a version',
    'POST',
    '/configmaps',
    { body: { metadata: { name: 'a', resourceVersion: '5' } } },
    failure(500, '', 'resourceVersion should not be set on objects to be created'),
  ],
  [
    'no name',
    'POST',
    '/configmaps',
    { body: { metadata: {} } },
    failure(422, 'Invalid', 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required', {
      kind: 'ConfigMap',
      causes: [{ reason: 'FieldValueRequired', message: 'Required value: name or generateName is required', field: 'metadata.name' }],
    }),
  ],
  [
    'an update of another name',
    'PUT',
    '/configmaps/kube-root-ca.crt',
    { body: { metadata: { name: 'b' } } },
    failure(400, 'BadRequest', 'the name of the object (b) does not match the name on the URL (kube-root-ca.crt)'),
  ],
  [
    'an update without a name',
    'PUT',
    '/configmaps/kube-root-ca.crt',
    { body: { metadata: {} } },
    failure(400, 'BadRequest', 'the name of the object (kube-root-ca.crt based on URL) was undeterminable: name must be provided'),
  ],
  [
    'another kind of the same version',
    'POST',
    '/configmaps',
    { body: { kind: 'Secret', apiVersion: 'v1', metadata: { name: 'a' } } },
    failure(
      400,
      'BadRequest',
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    ),
  ],
  [
    'a number where text belongs',
    'POST',
    '/configmaps',
    { body: { metadata: { name: 'a' }, data: { x: 1 } } },
    failure(
      400,
      'BadRequest',
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ),
  ],
  [
    'a body that is a list',
    'POST',
    '/configmaps',
    { body: [] },
    failure(
      400,
      'BadRequest',
      'the object provided is unrecognized (must be of type ConfigMap): couldn\'t get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b5d)',
    ),
  ],
  [
    'a patch without a manager',
    'PATCH',
    '/configmaps/a',
    { type: 'apply', body: {} },
    failure(422, 'Invalid', 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch', {
      group: 'meta.k8s.io',
      kind: 'PatchOptions',
      causes: [{ reason: 'FieldValueRequired', message: 'Required value: is required for apply patch', field: 'fieldManager' }],
    }),
  ],
  [
    'force without an apply',
    'PATCH',
    '/configmaps/a',
    { type: 'merge', body: {}, query: { force: 'true' } },
    failure(422, 'Invalid', 'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch', {
      group: 'meta.k8s.io',
      kind: 'PatchOptions',
      causes: [{ reason: 'FieldValueForbidden', message: 'Forbidden: may not be specified for non-apply patch', field: 'force' }],
    }),
  ],
  [
    'no rights to one object',
    'GET',
    '/configmaps/a',
    { user: 'nobody' },
    failure(
      403,
      'Forbidden',
      'configmaps "a" is forbidden: User "nobody" cannot get resource "configmaps" in API group "" in the namespace "default"',
      {
        name: 'a',
        kind: 'configmaps',
      },
    ),
  ],
  [
    'no rights to a collection',
    'GET',
    '/apps/v1/deployments',
    { user: 'nobody' },
    failure(
      403,
      'Forbidden',
      'deployments.apps is forbidden: User "nobody" cannot list resource "deployments" in API group "apps" in the namespace "default"',
      {
        group: 'apps',
        kind: 'deployments',
      },
    ),
  ],
  [
    'no rights to a subresource',
    'PATCH',
    '/apps/v1/deployments/a/status',
    { user: 'nobody', type: 'merge', body: {} },
    failure(
      403,
      'Forbidden',
      'deployments.apps "a" is forbidden: User "nobody" cannot patch resource "deployments/status" in API group "apps" in the namespace "default"',
      { name: 'a', group: 'apps', kind: 'deployments' },
    ),
  ],
]

export function refusals(it: It): void {
  for (const [what, method, path, sent, body] of cases) {
    it(what, async bed => {
      const [, group = '', rest = path] = /^(\/[a-z.]+\/v\d[a-z0-9]*)(\/.*)$/.exec(path) ?? []
      const answer = await bed.send(method, `${group ? `/apis${group}` : '/api/v1'}/namespaces/default${rest}`, sent)
      expect(answer.body).toEqual(body)
      expect(answer.status).toBe((body as { code: number }).code)
    })
  }

  it('no rights to what is in no Namespace', async bed => {
    expect((await bed.send('GET', '/api/v1/nodes', { user: 'nobody' })).body).toEqual(
      failure(403, 'Forbidden', 'nodes is forbidden: User "nobody" cannot list resource "nodes" in API group "" at the cluster scope', {
        kind: 'nodes',
      }),
    )
  })

  it('paths that lead nowhere are answered in plain text', async bed => {
    expect(await bed.send('GET', '/nowhere')).toMatchObject({ status: 404, body: '404 page not found\n' })
    expect(await bed.send('GET', '/apis/nowhere/v1')).toMatchObject({ status: 404, body: '404 page not found\n' })
    expect(await bed.send('GET', `/apis/${await widgets(bed)}/wombats`)).toMatchObject({ status: 404, body: '404 page not found\n' })
  })

  it('an invalid name is told with the rule for names', async bed => {
    const words =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    const { body } = await bed.send('POST', '/api/v1/namespaces/default/configmaps', { body: { metadata: { name: 'A_' } } })
    expect(body).toEqual(
      failure(422, 'Invalid', `ConfigMap "A_" is invalid: metadata.name: Invalid value: "A_": ${words}`, {
        name: 'A_',
        kind: 'ConfigMap',
        causes: [{ reason: 'FieldValueInvalid', message: `Invalid value: "A_": ${words}`, field: 'metadata.name' }],
      }),
    )
  })

  it('questions about rights are answered by creating them', async bed => {
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
    const ask = (user?: string) =>
      bed.send('POST', path, {
        body: { spec: { resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'default' } } },
        ...(user && { user }),
      })
    expect(await ask()).toMatchObject({ status: 201, body: { kind: 'SelfSubjectAccessReview', status: { allowed: true } } })
  })
}
