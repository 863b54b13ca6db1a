/** What Kubernetes demands of the DNS of pods (https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-dns-config). Never asks a name server. */
import type { WorkloadOverlay } from '../../../api/overrides.ts'
import { parseAddress } from '../cidr.ts'
import { each, type Fault, quoted, unless } from './fault.ts'

type Pod = NonNullable<NonNullable<NonNullable<WorkloadOverlay['spec']>['template']>['spec']>

const most = { nameservers: 3, searches: 32 } as const
/** A last dot and underscores are allowed, as in names of services that are not of Kubernetes. */
const domain = /^(?:\.|[a-z0-9_](?:[-a-z0-9_]*[a-z0-9_])?(?:\.[a-z0-9_](?:[-a-z0-9_]*[a-z0-9_])?)*\.?)$/

export const dnsConfig = ({ nameservers = [], searches = [], options }: NonNullable<Pod['dnsConfig']>, path: string): Fault[] => [
  ...atMost(nameservers, 'nameservers', path),
  ...each(nameservers, `${path}.nameservers`, (server, at) =>
    unless(parseAddress(server) !== undefined, at, [
      `${quoted(server)} is no IP address`,
      'Write the address of a name server, as 10.96.0.10',
    ]),
  ),
  ...atMost(searches, 'searches', path),
  ...each(searches, `${path}.searches`, (name, at) =>
    unless(name.length <= 254 && domain.test(name), at, [`${quoted(name)} is no domain`, 'Write it as svc.cluster.local']),
  ),
  ...each(options, `${path}.options`, ({ name }, at) =>
    unless(Boolean(name), `${at}.name`, ['the option has no name', 'Name it, such as ndots']),
  ),
]

const atMost = (list: readonly string[], field: keyof typeof most, path: string): Fault[] =>
  unless(list.length <= most[field], `${path}.${field}`, [`there are ${list.length}`, `Leave at most ${most[field]}`])

/** Without a policy nobody else says whom to ask. */
export const dnsOfItsOwn = ({ dnsPolicy, dnsConfig: config }: Pod, path: string): Fault[] =>
  unless(dnsPolicy !== 'None' || Boolean(config?.nameservers?.length), `${path}.dnsConfig.nameservers`, [
    'with dnsPolicy: None there is no name server',
    'List one here, or choose another policy',
  ])
