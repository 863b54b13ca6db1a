/** What Kubernetes would refuse of a workload once an override is applied, found before it is applied. Never applies one (spec/installation-api.md §9). */
import type { ContainerOverlay, WorkloadOverlay } from '../../../api/overrides.ts'
import { affinity } from './affinity.ts'
import { dnsConfig, dnsOfItsOwn } from './dns.ts'
import { type Check, each, type Fault, quoted, unless } from './fault.ts'
import { annotations, isSubdomain, labels } from './names.ts'
import { resources } from './resources.ts'
import { rollingUpdate, toleration, topologySpread } from './scheduling.ts'

type Spec = NonNullable<WorkloadOverlay['spec']>
type Pod = NonNullable<NonNullable<Spec['template']>['spec']>
type Metadata = NonNullable<WorkloadOverlay['metadata']>
/** For each field its check; a field without one is judged by the schema alone. */
type Checks<T> = { [F in keyof T]?: Check<NonNullable<T[F]>> }

const fromZero: Check<number> = (value, path) => unless(value >= 0, path, [`${value} is negative`, 'Write 0 or more'])

/** Entries without resources change nothing, so nothing of them can be wrong. */
const container: Check<ContainerOverlay> = (given, path) => (given.resources ? resources(given.resources, `${path}.resources`) : [])

const podChecks: Checks<Pod> = {
  initContainers: (given, path) => each(given, path, container),
  containers: (given, path) => each(given, path, container),
  affinity,
  nodeSelector: labels,
  tolerations: (given, path) => each(given, path, toleration),
  topologySpreadConstraints: topologySpread,
  terminationGracePeriodSeconds: fromZero,
  dnsConfig,
  priorityClassName: (name, path) =>
    unless(name === '' || isSubdomain(name), path, [
      `${quoted(name)} is no name of a PriorityClass`,
      'Write it in lower case, as system-cluster-critical',
    ]),
}

const metadataChecks: Checks<Metadata> = { labels, annotations }

const workloadChecks: Checks<WorkloadOverlay> = {
  metadata: (given, path) => checked(given, path, metadataChecks),
  spec: (given, path) =>
    checked(given, path, {
      minReadySeconds: fromZero,
      strategy: (strategy, at) => (strategy.rollingUpdate ? rollingUpdate(strategy.rollingUpdate, `${at}.rollingUpdate`) : []),
      template: (template, at) =>
        checked(template, at, {
          metadata: (metadata, below) => checked(metadata, below, metadataChecks),
          spec: (pod, below) => [...checked(pod, below, podChecks), ...dnsOfItsOwn(pod, below)],
        }),
    }),
}

/** Everything that is wrong with an override; paths begin with the given one, which is that of its field. */
export const workloadOverride: Check<WorkloadOverlay> = (given, path) => [
  ...checked(given, path, workloadChecks),
  ...unselected(given, path),
  ...(path.endsWith('Deployment') ? givenUp(given, path) : []),
]

/** What the label k8s-app of their pods is, by the field of the override, for workloads that find their pods by it. */
const selectedAs: Readonly<Record<string, string>> = {
  calicoNodeDaemonSet: 'calico-node',
  calicoNodeWindowsDaemonSet: 'calico-node-windows',
  csiNodeDriverDaemonSet: 'csi-node-driver',
  typhaDeployment: 'calico-typha',
  calicoKubeControllersDeployment: 'calico-kube-controllers',
  calicoWebhooksDeployment: 'calico-webhooks',
  goldmaneDeployment: 'goldmane',
  whiskerDeployment: 'whisker',
}

/** How long a pod may take to end, in seconds; what is derived from it has to be a number that Kubernetes takes. */
const longestGrace = 1_000_000_000

/** A Deployment whose pods are not counted before it is given up never comes up: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds */
function givenUp({ spec }: WorkloadOverlay, path: string): Fault[] {
  const grace = spec?.template?.spec?.terminationGracePeriodSeconds ?? 0
  const deadline = Math.max(600, Math.floor(grace * 1.2))
  const ready = spec?.minReadySeconds ?? 0
  return [
    ...unless(ready < deadline, `${path}.spec.minReadySeconds`, [
      `${ready} is longer than the ${deadline} seconds after which the Deployment is given up`,
      `Write less than ${deadline}`,
    ]),
    ...unless(grace <= longestGrace, `${path}.spec.template.spec.terminationGracePeriodSeconds`, [
      `${grace} is longer than anybody waits`,
      `Write at most ${longestGrace}`,
    ]),
  ]
}

function unselected({ spec }: WorkloadOverlay, path: string): Fault[] {
  const own = selectedAs[path.slice(path.lastIndexOf('.') + 1)]
  const label = spec?.template?.metadata?.labels?.['k8s-app']
  return unless(own === undefined || label === undefined || label === own, `${path}.spec.template.metadata.labels[k8s-app]`, [
    `the workload finds its pods by k8s-app: ${own}, so it cannot be ${JSON.stringify(label)}`,
    'Remove it, or choose another label',
  ])
}

function checked<T extends object>(given: T, path: string, checks: Checks<T>): Fault[] {
  return (Object.keys(checks) as (keyof T & string)[]).flatMap(field => {
    const [value, check] = [given[field], checks[field]]
    return check && value !== undefined && value !== null ? check(value, `${path}.${field}`) : []
  })
}
