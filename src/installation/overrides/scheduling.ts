/** What Kubernetes demands of tolerations, of how pods spread, and of how a Deployment rolls out. Never looks at nodes or pods. */
import type { Toleration, TopologySpreadConstraint } from '../../kube/kinds.ts'
import { labelKeys, labelSelector, topologyKey } from './affinity.ts'
import { each, type Fault, quoted, unless } from './fault.ts'
import { labelKey, labelValue } from './names.ts'

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
export function toleration(
  { key = '', operator = 'Equal', value = '', effect = '', tolerationSeconds }: Toleration,
  path: string,
): Fault[] {
  const by = operator || 'Equal'
  return [
    ...(key === ''
      ? unless(by === 'Exists', `${path}.operator`, [
          'there is no key, so nothing can be equal',
          'Write Exists, which tolerates every taint, or name a key',
        ])
      : labelKey(key, `${path}.key`)),
    ...unless(by === 'Equal' || by === 'Exists', `${path}.operator`, [`${quoted(operator)} compares no taints`, 'Write Equal or Exists']),
    ...(by === 'Exists'
      ? unless(value === '', `${path}.value`, [
          `Exists compares with no value, and there is ${quoted(value)}`,
          'Leave the value out, or write Equal',
        ])
      : labelValue(value, `${path}.value`)),
    ...unless(effect === '' || effects.includes(effect), `${path}.effect`, [
      `${quoted(effect)} is no effect of taints`,
      `Write one of ${effects.join(', ')}`,
    ]),
    ...unless(tolerationSeconds === undefined || effect === 'NoExecute', `${path}.effect`, [
      `tolerationSeconds is set, and the effect is ${quoted(effect)}`,
      'Write NoExecute, the only effect that can be tolerated for a time',
    ]),
  ]
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/ */
export function topologySpread(constraints: TopologySpreadConstraint[], path: string): Fault[] {
  const seen = new Set<string>()
  return each(constraints, path, (constraint, at) => {
    const { maxSkew, minDomains, topologyKey: key, whenUnsatisfiable: when, labelSelector: selector, matchLabelKeys } = constraint
    const same = `${key} ${when}`
    const again = seen.has(same)
    seen.add(same)
    return [
      ...unless(maxSkew > 0, `${at}.maxSkew`, [`${maxSkew} is no skew`, 'Write 1 or more']),
      ...topologyKey(key, `${at}.topologyKey`),
      ...unless(when === 'DoNotSchedule' || when === 'ScheduleAnyway', `${at}.whenUnsatisfiable`, [
        `${quoted(when)} says nothing`,
        'Write DoNotSchedule or ScheduleAnyway',
      ]),
      ...unless(!again, at, [`${key} with ${when} is there twice`, 'Leave one of them']),
      ...(minDomains === undefined ? [] : domains(minDomains, when, `${at}.minDomains`)),
      ...(selector ? labelSelector(selector, `${at}.labelSelector`) : []),
      ...labelKeys(matchLabelKeys, { path: `${at}.matchLabelKeys`, selector }),
      ...(['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const).flatMap(field => policy(constraint[field], `${at}.${field}`)),
    ]
  })
}

const policy = (given: string | undefined, path: string): Fault[] =>
  unless(given === undefined || given === 'Honor' || given === 'Ignore', path, [`${quoted(given)} is no policy`, 'Write Honor or Ignore'])

const domains = (minDomains: number, when: string, path: string): Fault[] => [
  ...unless(minDomains > 0, path, [`${minDomains} is no number of domains`, 'Write 1 or more, or leave it out']),
  ...unless(when === 'DoNotSchedule', path, [
    `minDomains has no meaning with ${when}`,
    'Write whenUnsatisfiable: DoNotSchedule, or leave it out',
  ]),
]

interface RollingUpdate {
  maxSurge?: number | string
  maxUnavailable?: number | string
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment; what is unset counts as 0. */
export function rollingUpdate({ maxSurge = 0, maxUnavailable = 0 }: RollingUpdate, path: string): Fault[] {
  const [surge, unavailable] = [share(maxSurge), share(maxUnavailable)]
  const form = 'Write a number of pods, or a share such as 25%'
  return [
    ...unless(surge !== undefined, `${path}.maxSurge`, [`${quoted(maxSurge)} is no number of pods`, form]),
    ...unless(unavailable !== undefined, `${path}.maxUnavailable`, [`${quoted(maxUnavailable)} is no number of pods`, form]),
    ...unless(typeof maxUnavailable !== 'string' || (unavailable ?? 0) <= 100, `${path}.maxUnavailable`, [
      `${maxUnavailable} is more than all pods`,
      'Write at most 100%',
    ]),
    ...unless(surge !== 0 || unavailable !== 0, path, [
      'with no pod more and no pod fewer than wanted, none can be replaced',
      'Set maxSurge or maxUnavailable above 0',
    ]),
  ]
}

/** The number, or the percentage. Undefined when it is neither. */
function share(value: number | string): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? value : undefined
  return /^\d+%$/.test(value) ? Number(value.slice(0, -1)) : undefined
}
