/** What Kubernetes demands of a container's requests and limits (https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/). Never changes a quantity. */
import { canonicalQuantity, compareQuantities } from '../../kube/quantity.ts'
import { each, type Fault, quoted, unless } from './fault.ts'
import { isQualifiedName } from './names.ts'

type Quantities = Record<string, number | string>

interface Resources {
  requests?: Quantities
  limits?: Quantities
  claims?: { name: string }[]
}

export function resources({ requests = {}, limits = {}, claims }: Resources, path: string): Fault[] {
  return [
    ...each(claims, `${path}.claims`, ({ name }, at) => [
      { path: at, message: `the pod has no resource claim ${quoted(name)}, nor any other`, remedy: 'Leave claims out' },
    ]),
    ...quantities(requests, `${path}.requests`),
    ...quantities(limits, `${path}.limits`),
    ...Object.entries(requests).flatMap(([name, request]) => withinLimit(name, request, { limit: limits[name], path })),
    ...hugePages({ ...requests, ...limits }, path),
  ]
}

const quantities = (given: Quantities, path: string): Fault[] =>
  Object.entries(given).flatMap(([name, amount]) => [...resourceName(name, path), ...amountOf(name, amount, `${path}[${name}]`)])

const standard = (name: string): boolean => ['cpu', 'memory', 'ephemeral-storage'].includes(name) || name.startsWith('hugepages-')
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/')
const isExtended = (name: string): boolean => !isNative(name) && !name.startsWith('requests.') && isQualifiedName(name)

function resourceName(name: string, path: string): Fault[] {
  const known = name.includes('/') ? isQualifiedName(name) && (isNative(name) || isExtended(name)) : standard(name)
  return unless(known, path, [
    `${quoted(name)} is no resource of containers`,
    'Name cpu, memory, ephemeral-storage, hugepages-<size>, or an extended resource as <domain>/<name>',
  ])
}

function amountOf(name: string, amount: number | string, path: string): Fault[] {
  const sign = compareQuantities(amount, 0)
  if (sign === undefined)
    return [
      { path, message: `${quoted(amount)} is no quantity`, remedy: 'Write a number with a suffix of Kubernetes, such as 100m or 64Mi' },
    ]
  return [
    ...unless(sign >= 0, path, [`${quoted(amount)} is negative`, 'Write 0 or more']),
    ...unless(!isExtended(name) || isWhole(amount), path, [`${quoted(amount)} of ${name} is no whole number`, 'Write a whole number']),
  ]
}

/** Written canonically, only an amount with a fraction has a suffix that makes its number smaller. */
const isWhole = (amount: number | string): boolean => !/([num]|e-\d+)$/.test(String(canonicalQuantity(amount)))

/** Of these Kubernetes never promises more than there is. */
const countsExactly = (name: string): boolean => name.startsWith('hugepages-') || isExtended(name)

function withinLimit(
  name: string,
  request: number | string,
  { limit, path }: { limit: number | string | undefined; path: string },
): Fault[] {
  const at = `${path}.requests[${name}]`
  if (limit === undefined) {
    return unless(!countsExactly(name), `${path}.limits`, [
      `${name} is requested without a limit`,
      `Set the limit of ${name} to the same amount`,
    ])
  }
  const order = compareQuantities(request, limit)
  if (order === undefined) return []
  if (countsExactly(name))
    return unless(order === 0, at, [`${request} of ${name} is not its limit ${limit}`, 'Set both to the same amount'])
  return unless(order <= 0, at, [`${request} of ${name} is more than its limit ${limit}`, 'Raise the limit or lower the request'])
}

function hugePages(given: Quantities, path: string): Fault[] {
  const names = Object.keys(given)
  const alone = names.some(name => name.startsWith('hugepages-')) && !names.includes('cpu') && !names.includes('memory')
  return unless(!alone, path, ['huge pages are given without cpu or memory', 'Add a request of cpu or memory'])
}
