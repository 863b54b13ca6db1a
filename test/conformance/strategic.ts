/** Strategic merge patches beyond the plain ones: directives, and lists whose items cannot be told apart. */
import { expect } from 'vitest'
import { at, type Bed, type Body, type It } from './bed.ts'
import { deployment } from './creating.ts'

const template = (spec: Body): Body => ({ spec: { template: { spec } } })
const send = (bed: Bed, body: Body) => bed.send('PATCH', bed.path('apps/v1/deployments', 'a'), { body, type: 'strategic' })
const container = (more: Body): Body => template({ containers: [{ name: 'c', ...more }] })
const tcp = (more: Body): Body => ({ protocol: 'TCP', ...more })

/** What is sent one after the other, and the ports that the container has then. */
const ports: [string, Body[], Body[]][] = [
  [
    'new lists may have two items of one key',
    [{ ports: [{ containerPort: 80, protocol: 'UDP' }, { containerPort: 80 }] }],
    [{ containerPort: 80, protocol: 'UDP' }, tcp({ containerPort: 80 })],
  ],
  [
    'of two items with one key the first is merged',
    [{ ports: [{ containerPort: 80, protocol: 'UDP' }, { containerPort: 80 }] }, { ports: [{ containerPort: 80, name: 'x' }] }],
    [{ containerPort: 80, protocol: 'UDP', name: 'x' }, tcp({ containerPort: 80 })],
  ],
  [
    'items of one key in a patch are merged one after the other',
    [
      { ports: [{ containerPort: 80 }] },
      {
        ports: [
          { containerPort: 80, name: 'x' },
          { containerPort: 80, hostPort: 81 },
        ],
      },
    ],
    [tcp({ containerPort: 80, name: 'x', hostPort: 81 })],
  ],
  [
    'items with directives are not part of a new list',
    [{ ports: [{ containerPort: 80 }, { containerPort: 81, $patch: 'delete' }] }],
    [tcp({ containerPort: 80 })],
  ],
  [
    'an item to be deleted is, however often it is there',
    [
      { ports: [{ containerPort: 80, protocol: 'UDP' }, { containerPort: 80 }, { containerPort: 81 }] },
      { ports: [{ containerPort: 80, $patch: 'delete' }] },
    ],
    [tcp({ containerPort: 81 })],
  ],
]

const failing: [string, Body, string][] = [
  ['an item without its key', template({ containers: [{ image: 'x' }] }), 'map: map[image:x] does not contain declared merge key: name'],
  [
    'an unknown directive',
    template({ containers: [{ name: 'c', $patch: 'mix' }] }),
    'unknown patch type: mix in map: map[$patch:mix name:c]',
  ],
  [
    'a directive to merge an item',
    template({ containers: [{ name: 'c', $patch: 'merge' }] }),
    'merging lists cannot yet be specified in the patch',
  ],
  [
    'an order that its items do not have',
    template({
      '$setElementOrder/volumes': [{ name: 'v' }, { name: 'w' }],
      volumes: [
        { name: 'w', emptyDir: {} },
        { name: 'v', emptyDir: {} },
      ],
    }),
    "The order in patch list:\n[map[emptyDir:map[] name:w] map[emptyDir:map[] name:v]]\n doesn't match $setElementOrder list:\n[map[name:v] map[name:w]]\n",
  ],
]

const shapeless: [string, Body, string, string][] = [
  ['a number', { spec: { replicas: 'x' } }, 'map[spec:map[replicas:x]]', 'unrecognized type: int32'],
  ['a truth value', { spec: { paused: [1] } }, 'map[spec:map[paused:[1]]]', 'unrecognized type: bool'],
  ['a struct', { spec: { template: 'x' } }, 'map[spec:map[template:x]]', 'cannot restore struct from: string'],
  ['a map', { metadata: { labels: 'x' } }, 'map[metadata:map[labels:x]]', 'cannot restore map from string'],
  ['text', { metadata: { labels: { x: 1 } } }, 'map[metadata:map[labels:map[x:1]]]', 'cannot convert int64 to string'],
]

export function strategic(it: It): void {
  for (const [what, patches, expected] of ports) {
    it(what, async bed => {
      await bed.create('apps/v1/deployments', deployment('a'))
      let body: unknown
      for (const patch of patches) body = (await send(bed, container(patch))).body
      expect(at(body, 'spec.template.spec.containers.0.ports')).toEqual(expected)
    })
  }

  it('a map that was not there does not come by directive', async bed => {
    const { spec } = await bed.create('apps/v1/deployments', deployment('a'))
    for (const $patch of ['delete', 'replace']) {
      expect((await send(bed, template({ nodeSelector: { $patch, a: 'b' } }))).body).toMatchObject({ spec })
    }
  })

  it('nulls of what was not there are as good as nothing', async bed => {
    await bed.create('apps/v1/deployments', deployment('a'))
    const { body } = await send(
      bed,
      container({ env: [{ name: 'A', value: null, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }),
    )
    expect(at(body, 'spec.template.spec.containers.0.env')).toEqual([
      { name: 'A', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
    ])
  })

  it('all may be replaced, without saying the kind again', async bed => {
    await bed.create('apps/v1/deployments', deployment('a'))
    const { status, body } = await send(bed, { $patch: 'replace', metadata: { name: 'a' } })
    expect({ status, kind: at(body, 'details.kind') }).toEqual({ status: 422, kind: 'Deployment' })
  })

  for (const [what, patch, message] of failing) {
    it(`${what}: the server fails`, async bed => {
      await bed.create('apps/v1/deployments', deployment('a'))
      expect(await send(bed, patch)).toMatchObject({ status: 500, body: { message } })
    })
  }

  for (const [what, patch, shown, words] of shapeless) {
    it(`what is not ${what} is no patch`, async bed => {
      await bed.create('apps/v1/deployments', deployment('a'))
      const { status, body } = await send(bed, patch)
      expect({ status, message: body.message, details: body.details }).toEqual({
        status: 422,
        message: ` "" is invalid: patch: Invalid value: "${shown}": ${words}`,
        details: { causes: [{ reason: 'FieldValueInvalid', message: `Invalid value: "${shown}": ${words}`, field: 'patch' }] },
      })
    })
  }
}
