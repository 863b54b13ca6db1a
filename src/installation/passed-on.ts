/**
 * Rules of what is passed on to Kubernetes, to kubelets and to container runtimes as the user writes it: they would refuse it where nobody looks, or never start the pods.
 * The overrides of workloads have checks of their own (overrides/), which are used here where the same thing may be said in two places.
 */
import type { InstallationSpec } from '../../api/installation.ts'
import type { Affinity } from '../kube/kinds.ts'
import type { Problem } from '../reconcile/problems.ts'
import { parseCidr } from './cidr.ts'
import { imagePlaceFaults } from './image-place.ts'
import { invalid, invalidValues } from './invalid.ts'
import { affinity } from './overrides/affinity.ts'
import { each } from './overrides/fault.ts'
import { labels } from './overrides/names.ts'
import { resources } from './overrides/resources.ts'
import { toleration } from './overrides/scheduling.ts'
import type { Rule } from './rule.ts'
import { wantsWindows } from './windows.ts'

type SpecRule = Rule<InstallationSpec>

/** A TCP port of a node; the reason is the same wherever one is written. */
export const portFault = (path: string, port: number | undefined): Problem[] =>
  port === undefined || (port >= 1 && port <= 65535)
    ? []
    : [invalid(path, `${port} is no port`, 'Write a number from 1 to 65535, or leave it out')]

const port = (field: 'nodeMetricsPort' | 'typhaMetricsPort'): SpecRule => ({
  id: `port-${field}`,
  path: `spec.${field}`,
  says: 'It is a port.',
  check: ({ [field]: value }) => portFault(`spec.${field}`, value),
})

interface Directory {
  readonly id: string
  readonly path: string
  /** The word None switches off what would use it. */
  readonly orNone?: boolean
  readonly of: (spec: InstallationSpec) => string | undefined
}

const directories: readonly Directory[] = [
  { id: 'flex-volume-path', path: 'spec.flexVolumePath', orNone: true, of: spec => spec.flexVolumePath },
  { id: 'kubelet-path', path: 'spec.kubeletVolumePluginPath', orNone: true, of: spec => spec.kubeletVolumePluginPath },
  { id: 'cni-bin-dir', path: 'spec.cni.binDir', of: spec => spec.cni?.binDir },
  { id: 'cni-conf-dir', path: 'spec.cni.confDir', of: spec => spec.cni?.confDir },
]

const directory = ({ id, path, orNone = false, of }: Directory): SpecRule => ({
  id,
  path,
  says: `It is an absolute path${orNone ? ', or None' : ''}, and never goes up.`,
  check: spec => {
    const value = of(spec)
    if (!value || (orNone && value === 'None')) return []
    if (!value.startsWith('/')) {
      return [
        invalid(path, orNone ? `${value} is neither an absolute path nor None` : `${value} is no absolute path`, 'Begin the path with /'),
      ]
    }
    return value.split('/').includes('..') ? [invalid(path, `${value} has a part that goes up`, 'Write the path that is meant')] : []
  },
})

/** What the CSR API takes: https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#signers */
const signer = /^[^/\s]+\/[^\s]+$/

function certificateManagement({ certificateManagement: given }: InstallationSpec): Problem[] {
  if (!given) return []
  const at = 'spec.certificateManagement'
  const pem = Buffer.from(given.caCert, 'base64').toString()
  return [
    ...(pem.includes('-----BEGIN CERTIFICATE-----')
      ? []
      : [invalid(`${at}.caCert`, 'it holds no PEM certificate', 'Write the PEM text of the authority in base64')]),
    ...(signer.test(given.signerName)
      ? []
      : [invalid(`${at}.signerName`, `${JSON.stringify(given.signerName)} names no signer`, 'Write it as DOMAIN/NAME')]),
  ]
}

/** The first of two for one component counts, and both are read by people. */
const componentResources = ({ componentResources: given }: InstallationSpec): Problem[] =>
  invalidValues(
    each(given, 'spec.componentResources', ({ resourceRequirements }, at) => resources(resourceRequirements, `${at}.resourceRequirements`)),
  )

function serviceCidrs(spec: InstallationSpec): Problem[] {
  if (!wantsWindows(spec)) return []
  return (spec.serviceCIDRs ?? []).flatMap((cidr, index) =>
    parseCidr(cidr) ? [] : [invalid(`spec.serviceCIDRs[${index}]`, `${cidr} is no range of addresses`, 'Write it as 10.96.0.0/12')],
  )
}

export const passedOnRules: readonly SpecRule[] = [
  {
    id: 'image-place',
    path: 'spec.registry',
    says: 'Registry, path and prefix make names of images that runtimes take.',
    check: imagePlaceFaults,
  },
  ...directories.map(directory),
  port('nodeMetricsPort'),
  port('typhaMetricsPort'),
  {
    id: 'control-plane-labels',
    path: 'spec.controlPlaneNodeSelector',
    says: 'It names labels that nodes can have.',
    check: ({ controlPlaneNodeSelector }) => invalidValues(labels(controlPlaneNodeSelector, 'spec.controlPlaneNodeSelector')),
  },
  {
    id: 'control-plane-tolerations',
    path: 'spec.controlPlaneTolerations[]',
    says: 'Kubernetes accepts the tolerations.',
    check: ({ controlPlaneTolerations }) => invalidValues(each(controlPlaneTolerations, 'spec.controlPlaneTolerations', toleration)),
  },
  {
    id: 'typha-affinity',
    path: 'spec.typhaAffinity',
    says: 'Kubernetes accepts the affinity.',
    check: ({ typhaAffinity }) => (typhaAffinity ? invalidValues(affinity(typhaAffinity as Affinity, 'spec.typhaAffinity')) : []),
  },
  {
    id: 'component-amounts',
    path: 'spec.componentResources[].resourceRequirements',
    says: 'Kubernetes accepts the requests and limits.',
    check: componentResources,
  },
  {
    id: 'certificate-management',
    path: 'spec.certificateManagement',
    says: 'There is a certificate of the authority, and a signer that answers.',
    check: certificateManagement,
  },
  { id: 'service-cidrs', path: 'spec.serviceCIDRs[]', says: 'With Windows, they are ranges of addresses.', check: serviceCidrs },
]
