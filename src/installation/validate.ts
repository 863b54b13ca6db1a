/**
 * What an Installation may say. All rules are lists, all are checked, and every violation is told with its field, value, rule and remedy (spec/installation-api.md §8, §9).
 * Judges a spec with its defaults; what goes with what is another table (capabilities.ts), and so are pools (pools/validate.ts).
 */
import type { InstallationSpec } from '../../api/installation.ts'
import type { WorkloadOverlay } from '../../api/overrides.ts'
import { compareQuantities } from '../kube/quantity.ts'
import type { Problem } from '../reconcile/problems.ts'
import { methods } from './autodetection.ts'
import { parseCidr } from './cidr.ts'
import { invalid, invalidValues } from './invalid.ts'
import { rollingUpdate } from './overrides/scheduling.ts'
import { workloadOverride } from './overrides/workload.ts'
import { passedOnRules } from './passed-on.ts'
import type { Rule } from './rule.ts'

type SpecRule = Rule<InstallationSpec>
type Network = NonNullable<InstallationSpec['calicoNetwork']>

const network = 'spec.calicoNetwork'
const logging = 'spec.logging.cni'

/** A number that has to be more than zero where it is given, named as the reference names it. */
const positive = (
  path: string,
  [id, says, name]: readonly [string, string, string],
  of: (spec: InstallationSpec) => number | undefined,
): SpecRule => ({
  id,
  path,
  says,
  check: spec => {
    const value = of(spec)
    return value === undefined || value > 0
      ? []
      : [invalid(path, `${name} should be greater than 0, and is ${value}`, 'Write 1 or more, or leave it out')]
  },
})

const notNegative = (field: keyof Network & ('mtu' | 'linuxPolicySetupTimeoutSeconds'), id: string): SpecRule => ({
  id,
  path: `${network}.${field}`,
  says: 'It is not negative.',
  check: ({ calicoNetwork }) => {
    const value = calicoNetwork?.[field]
    return value === undefined || value >= 0
      ? []
      : [invalid(`${network}.${field}`, `${value} is negative`, 'Write 0 or more, or leave it out')]
  },
})

function logSize({ logging: { cni: { logFileMaxSize: size } = {} } = {} }: InstallationSpec): Problem[] {
  if (size === undefined) return []
  const at = `${logging}.logFileMaxSize`
  const remedy = 'Write a size above 0 with Ki, Mi or Gi, such as 100Mi'
  return [
    ...(/[KMGTPE]i$/.test(String(size)) ? [] : [invalid(at, `${size} has no binary suffix`, remedy)]),
    ...((compareQuantities(size, 0) ?? 0) > 0 ? [] : [invalid(at, `${size} should be greater than 0`, remedy)]),
  ]
}

const autodetection = (field: 'nodeAddressAutodetectionV4' | 'nodeAddressAutodetectionV6'): SpecRule => ({
  id: `one-${field}`,
  path: `${network}.${field}`,
  says: 'At most one method is chosen, and ranges are ranges.',
  check: ({ calicoNetwork }) => {
    const block = calicoNetwork?.[field]
    const chosen = methods(block)
    const at = `${network}.${field}`
    return [
      ...(chosen.length <= 1
        ? []
        : [
            invalid(
              at,
              `no more than one node address autodetection method can be specified per-family, and there are ${chosen.join(', ')}`,
              'Leave one of them',
            ),
          ]),
      ...(block?.cidrs ?? []).flatMap((cidr, index) =>
        parseCidr(cidr)
          ? []
          : [
              invalid(
                `${at}.cidrs[${index}]`,
                `${cidr} is no range of addresses`,
                `Write it as ${field.endsWith('6') ? 'fd00::/8' : '10.0.0.0/8'}`,
              ),
            ],
      ),
    ]
  },
})

const pace = 'spec.nodeUpdateStrategy.rollingUpdate'

/** https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/. What an overlay leaves out has no default of ours: the API server has one pod fewer then. */
function updatePace({ nodeUpdateStrategy: { rollingUpdate: given } = {} }: InstallationSpec): Problem[] {
  if (!given) return []
  const { maxSurge, maxUnavailable = 1 } = given
  const isNone = (pods: number | string | undefined) => pods === undefined || /^0+%?$/.test(String(pods))
  const share = /^(\d+)%$/.exec(String(maxSurge))?.[1]
  return [
    ...(Number(share ?? 0) > 100 ? [invalid(`${pace}.maxSurge`, `${maxSurge} is more than all pods`, 'Write at most 100%')] : []),
    ...invalidValues(rollingUpdate({ ...given, maxUnavailable }, pace)),
    ...(isNone(maxSurge) || isNone(maxUnavailable)
      ? []
      : [
          invalid(
            pace,
            `maxSurge is ${maxSurge} and maxUnavailable ${maxUnavailable}`,
            'Leave maxSurge out: a node has room for one calico-node',
          ),
        ]),
  ]
}

const osLabels = ['beta.kubernetes.io/os', 'kubernetes.io/os']
const components: readonly string[] = ['KubeControllers', 'Node', 'Typha']

const fields: readonly SpecRule[] = [
  positive(
    `${logging}.logFileMaxCount`,
    ['log-file-count', 'At least one log file is kept.', 'logFileMaxCount'],
    spec => spec.logging?.cni?.logFileMaxCount,
  ),
  { id: 'log-file-size', path: `${logging}.logFileMaxSize`, says: 'It is more than nothing, in Ki, Mi or Gi.', check: logSize },
  positive(
    `${logging}.logFileMaxAgeDays`,
    ['log-file-age', 'Log files are kept for at least a day.', 'logFileMaxAgeDays'],
    spec => spec.logging?.cni?.logFileMaxAgeDays,
  ),
  autodetection('nodeAddressAutodetectionV4'),
  autodetection('nodeAddressAutodetectionV6'),
  notNegative('mtu', 'mtu'),
  notNegative('linuxPolicySetupTimeoutSeconds', 'policy-timeout'),
  {
    id: 'node-update-strategy',
    path: 'spec.nodeUpdateStrategy.type',
    says: 'Pods of calico-node are replaced by RollingUpdate.',
    check: ({ nodeUpdateStrategy }) => {
      const { type } = nodeUpdateStrategy ?? {}
      if (!nodeUpdateStrategy || type === 'RollingUpdate') return []
      // What is missing has a default, but in an overlay.
      return type
        ? [invalid('spec.nodeUpdateStrategy.type', `${type} is not supported`, 'Write RollingUpdate, or leave it out')]
        : [invalid('spec.nodeUpdateStrategy', 'it has no type, and takes the place of the whole', 'Write type: RollingUpdate in it')]
    },
  },
  {
    id: 'node-update-pace',
    path: pace,
    says: 'Some pods of calico-node may be missing, or some more be there, and not both.',
    check: updatePace,
  },
  {
    id: 'control-plane-on-linux',
    path: 'spec.controlPlaneNodeSelector',
    says: 'The control plane of Calico runs on Linux.',
    check: ({ controlPlaneNodeSelector: selector = {} }) =>
      osLabels.flatMap(label =>
        selector[label] === undefined || selector[label] === 'linux'
          ? []
          : [
              invalid(
                `spec.controlPlaneNodeSelector[${label}]`,
                `Calico's control plane runs on Linux, and ${label} is ${selector[label]}`,
                'Write linux, or leave it out',
              ),
            ],
      ),
  },
  positive(
    'spec.controlPlaneReplicas',
    ['control-plane-replicas', 'The control plane of Calico has at least one replica.', 'installation spec.ControlPlaneReplicas'],
    spec => spec.controlPlaneReplicas,
  ),
  {
    id: 'component-resources',
    path: 'spec.componentResources[].componentName',
    says: 'Resources are given to KubeControllers, Node and Typha.',
    check: ({ componentResources = [] }) =>
      componentResources.flatMap(({ componentName }, index) =>
        components.includes(componentName)
          ? []
          : [
              invalid(
                `spec.componentResources[${index}].componentName`,
                `${componentName} is not supported`,
                `Write one of ${components.join(', ')}, or use the field named after the workload`,
              ),
            ],
      ),
  },
  {
    id: 'non-privileged',
    path: 'spec.nonPrivileged',
    says: 'Pods of calico-node are privileged.',
    check: ({ nonPrivileged }) =>
      nonPrivileged === 'Enabled'
        ? [
            invalid(
              'spec.nonPrivileged',
              'non-privileged Calico is deprecated and cannot be Enabled; please, remove this field from your installation spec',
              'Remove the field',
            ),
          ]
        : [],
  },
]

/** The upgrade of Windows nodes is no workload any more, so nothing of its override can be wrong. */
const workloads = [
  'calicoNodeDaemonSet',
  'calicoNodeWindowsDaemonSet',
  'calicoKubeControllersDeployment',
  'typhaDeployment',
  'csiNodeDriverDaemonSet',
] as const satisfies (keyof InstallationSpec)[]

const overrides: readonly SpecRule[] = workloads.map(workload => ({
  id: `override-${workload}`,
  path: `spec.${workload}`,
  says: 'Kubernetes accepts the workload with the override.',
  check: spec => {
    const given: WorkloadOverlay | undefined = spec[workload]
    return given ? invalidValues(workloadOverride(given, `spec.${workload}`)) : []
  },
}))

const initContainers = 'spec.calicoNodeDaemonSet.spec.template.spec.initContainers'

const oneBootstrap: SpecRule = {
  id: 'one-bpf-init-container',
  path: initContainers,
  says: 'The init container mount-bpffs is not given beside ebpf-bootstrap, which is its new name.',
  check: ({ calicoNodeDaemonSet }) => {
    const given = (calicoNodeDaemonSet?.spec?.template?.spec?.initContainers ?? []).filter(({ resources }) => resources)
    const both = ['mount-bpffs', 'ebpf-bootstrap'].every(name => given.some(container => container.name === name))
    return both ? [invalid(initContainers, 'mount-bpffs and ebpf-bootstrap are the same container', 'Remove mount-bpffs')] : []
  },
}

export const specRules: readonly SpecRule[] = [...fields, ...passedOnRules, ...overrides, oneBootstrap]
