/** A real API server's word on the CRDs made from api/, and on those of Gateway API and Envoy Gateway. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readGatewayDefinitions } from '../../api/gateway/definitions.ts'
import { allKinds } from '../../api/index.ts'
import { available, type ControlPlane, startControlPlane } from '../../hack/control-plane/control-plane.ts'
import { canonical } from '../../src/kube/canonical.ts'
import { needsWrite } from '../../src/kube/compare.ts'
import type { KubeObject } from '../../src/kube/objects.ts'
import { builtinSchema } from '../../src/kube/schema.ts'

interface Crd {
  metadata: { name: string }
  status: { conditions?: { type: string; status: string; message?: string }[] }
}

describe.runIf(available())('on a real API server', () => {
  let plane: ControlPlane
  beforeAll(async () => {
    plane = await startControlPlane({ controllers: false })
  })
  afterAll(() => plane?.close())

  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  const apply = (crd: { metadata: { name: string } }) =>
    plane.request('PATCH', `${path}/${crd.metadata.name}?fieldManager=test&fieldValidation=Strict&force=true`, {
      body: crd,
      contentType: 'application/apply-patch+yaml',
    })

  test('every CRD is taken, with descriptions and without', async () => {
    for (const kind of allKinds) {
      for (const descriptions of [true, false]) {
        const { status, body } = await apply(kind.crd({ descriptions }))
        expect([200, 201], JSON.stringify(body)).toContain(status)
      }
    }
  })

  test('those of Gateway API and Envoy Gateway are taken too, and need no second write', async () => {
    for (const definition of await readGatewayDefinitions()) {
      const { status, body } = await apply(definition)
      expect([200, 201], JSON.stringify(body)).toContain(status)
      const schema = builtinSchema(definition.apiVersion, definition.kind)
      const wanted = canonical(definition as KubeObject, schema)
      expect(needsWrite(wanted, body as KubeObject, { schema, manager: 'test', predecessors: [], whole: false })).toBeUndefined()
    }
  })

  test('every CRD is structural, its names are accepted, and it is established', async () => {
    await expect
      .poll(async () => troubled(await plane.request('GET', path)), { timeout: 30_000, interval: 200 })
      .toEqual({ count: allKinds.length + 20, troubled: [] })
  })

  /** CRDs that are not established, whose names clash with others', or whose schema the server does not trust. */
  function troubled({ body }: { body: unknown }) {
    const crds = (body as { items: Crd[] }).items
    const bad = crds.filter(({ status: { conditions = [] } }) => {
      const of = Object.fromEntries(conditions.map(({ type, status }) => [type, status]))
      return of.Established !== 'True' || of.NamesAccepted !== 'True' || of.NonStructuralSchema === 'True'
    })
    return { count: crds.length, troubled: bad.map(({ metadata, status }) => ({ name: metadata.name, conditions: status.conditions })) }
  }
})
