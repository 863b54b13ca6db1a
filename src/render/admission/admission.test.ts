import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type AdmissionObject, admissionPolicies } from './admission.ts'

const { objects } = JSON.parse(
  readFileSync(new URL('../../../test/parity/scenarios/map-served/expected.json', import.meta.url), 'utf8'),
) as { objects: AdmissionObject[] }
const recorded = objects.filter(({ apiVersion }) => apiVersion.startsWith('admissionregistration.k8s.io/'))

/** Lists inside rules come sorted in recordings, and what is the API's default is left out. */
function normalised({ apiVersion, kind, metadata: { name }, spec }: AdmissionObject) {
  const { failurePolicy, ...rest } = spec as { failurePolicy?: string }
  expect([undefined, 'Fail']).toContain(failurePolicy)
  const sorted = JSON.parse(JSON.stringify(rest), (key, value) => (key === 'resources' || key === 'operations' ? value.toSorted() : value))
  return { apiVersion, kind, name, spec: sorted }
}

const wanted = recorded.filter(({ kind }) => /^(Mutating|Validating)AdmissionPolicy(Binding)?$/.test(kind))

test('policies and bindings are those that were recorded, in the versions served', () => {
  const key = ({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`
  const sorted = (list: AdmissionObject[]) => list.map(normalised).toSorted((a, b) => key(a).localeCompare(key(b)))
  expect(wanted).toHaveLength(6)
  expect(sorted(admissionPolicies({ mutating: 'v1beta1', validating: 'v1' }))).toEqual(sorted(wanted))
})

test('each carries the label by which it is found again', () => {
  for (const { kind, metadata } of admissionPolicies({ mutating: 'v1', validating: 'v1' })) {
    const label = kind.startsWith('Mutating')
      ? 'operator.tigera.io/mutating-admission-policy'
      : 'operator.tigera.io/validating-admission-policy'
    expect(metadata.labels).toEqual({ [label]: 'managed' })
  }
})

test('what is not served is left out', () => {
  expect(admissionPolicies({})).toEqual([])
  expect(admissionPolicies({ validating: 'v1' }).map(({ kind }) => kind)).toEqual([
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
  ])
  expect(admissionPolicies({ mutating: 'v1' })).toHaveLength(4)
})
