/** What is wrong with a resource of kind Istio, beside that nobody here installs it; and what an operator that did left in Felix's configuration. Pure (spec/gatewayapi-istio.md §3, §4). */
import { type Istio, Istio as IstioKind } from '../../api/istio.ts'
import { refOf } from '../kube/objects.ts'
import type { Problem } from '../reconcile/problems.ts'
import { notInstalled } from './capabilities.ts'
import { type FelixConfiguration, metadataOf } from './kinds.ts'
import type { Fault } from './overrides/fault.ts'
import { workloadOverride } from './overrides/workload.ts'
import { besides, understoodSpec } from './understood.ts'

/** Names of code points that traffic is marked with: https://www.iana.org/assignments/dscp-registry/ */
const codePoints = new Set([
  ...['DF', 'EF', 'CS0', 'CS1', 'CS2', 'CS3', 'CS4', 'CS5', 'CS6'],
  ...['AF11', 'AF12', 'AF13', 'AF21', 'AF22', 'AF23', 'AF31', 'AF32', 'AF33', 'AF41', 'AF42', 'AF43'],
])

const workloads = ['istiod', 'istioCNI', 'ztunnel'] as const

/** All that is wrong, and last why even what is right is not made. */
export function istioProblems(asking: Istio): Problem[] {
  const { known: resource, problems: unclear } = understoodSpec(asking, IstioKind.definition.spec.json)
  const { spec } = resource
  const faults = [
    ...(spec?.dscpMark === undefined ? [] : mark(spec.dscpMark)),
    ...workloads.flatMap(field => (spec?.[field] ? workload(spec[field], `spec.${field}`) : [])),
  ]
  const { because, remedy } = notInstalled.find(({ kind }) => kind === resource.kind)!
  return [
    ...unclear,
    ...besides(
      faults.map((fault): Problem => ({ reason: 'ResourceValidationError', object: refOf(resource), ...fault })),
      unclear,
    ),
    { reason: 'InvalidConfigurationError', message: because, object: refOf(resource), remedy },
  ]
}

function mark(given: number | string): Fault[] {
  const path = 'spec.dscpMark'
  const remedy = 'Write a number from 0 to 63, or a name such as AF11, CS1 or EF'
  const text = String(given).trim()
  if (/^[+-]?\d+$/.test(text)) {
    const value = Number(text)
    return value >= 0 && value <= 63 ? [] : [{ path, message: `${value} does not fit the six bits of a DSCP`, remedy }]
  }
  return codePoints.has(text.toUpperCase()) ? [] : [{ path, message: `${JSON.stringify(given)} is no name of a DSCP`, remedy }]
}

type Workload = NonNullable<NonNullable<Istio['spec']>['istiod']>

function workload(given: Workload, path: string): Fault[] {
  const { resources } = given.spec?.template?.spec ?? {}
  const unheard = {
    path: `${path}.spec.template.spec.resources`,
    message: 'resources of a whole pod have no effect on its containers',
    remedy: 'Leave them out',
  }
  return [...(resources && Object.keys(resources).length > 0 ? [unheard] : []), ...workloadOverride(given, path)]
}

/** Fields of FelixConfiguration that were set for Istio, each repeated in an annotation as it was last set. */
const marked = { istioAmbientMode: 'operator.tigera.io/istioAmbientMode', istioDSCPMark: 'operator.tigera.io/istioDSCPMark' } as const

/** What of it has to go with Istio: the annotations, and the fields that nobody has changed since. What somebody has, is his. */
export function istioMarks(felix: FelixConfiguration | undefined): string[][] {
  const annotations = felix ? metadataOf(felix).annotations : {}
  return Object.entries(marked).flatMap(([field, annotation]) => {
    const was = annotations[annotation]
    if (was === undefined) return []
    const is = felix?.spec?.[field as keyof typeof marked]
    return [['metadata', 'annotations', annotation], ...(was !== '' && String(is) === was ? [['spec', field]] : [])]
  })
}
