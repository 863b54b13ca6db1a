import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generateKube } from './generate-kube.ts'
import { kubernetesSource } from './kube-openapi/openapi.ts'
import { shortNames } from './kube-openapi/typescript.ts'

test('the stable version of a type keeps the short name, others carry their version or group', () => {
  const names = shortNames([
    'io.k8s.api.events.v1.Event',
    'io.k8s.api.core.v1.Event',
    'io.k8s.api.admissionregistration.v1beta1.Variable',
    'io.k8s.api.admissionregistration.v1.Variable',
  ])
  expect(Object.fromEntries(names)).toEqual({
    'io.k8s.api.core.v1.Event': 'Event',
    'io.k8s.api.events.v1.Event': 'EventsEvent',
    'io.k8s.api.admissionregistration.v1.Variable': 'Variable',
    'io.k8s.api.admissionregistration.v1beta1.Variable': 'VariableV1beta1',
  })
})

const source = kubernetesSource({ download: false })
if (!source)
  console.warn(
    'SKIPPED: the source of Kubernetes is not here, so generated files were not compared with it (node hack/generate-kube.ts fetches it)',
  )

test.skipIf(!source)('generated files are what the generator writes', () => {
  for (const [path, text] of Object.entries(generateKube(source!))) {
    expect(readFileSync(join(import.meta.dirname, '..', path), 'utf8') === text, `${path} is out of date: node hack/generate-kube.ts`).toBe(
      true,
    )
  }
})
