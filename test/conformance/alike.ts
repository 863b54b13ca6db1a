/** Answers of two servers in a form in which they can be compared: without what is drawn by lot, and in an order where the server's own is by lot. */
import type { Body } from './bed.ts'

/** `ports`: those that were asked for, and so are not drawn by lot. */
export const comparable = (answer: unknown, { ports = [] }: { ports?: readonly number[] } = {}): unknown =>
  sorted(JSON.parse(JSON.stringify(answer), (name, value) => (isMap(value) ? value : (forms[name]?.(value as never, ports) ?? value))))

/** Things that are described have names like those of fields. */
const isMap = (value: unknown) => value === null || (typeof value === 'object' && !Array.isArray(value))

const drawn = () => '…'
const familyOf = (address: string) => (address.includes(':') ? 'IPv6' : 'IPv4')
const address = (value: string) => (value === 'None' || value === '' ? value : familyOf(value))
const port = (value: number, asked: readonly number[]) => (asked.includes(value) ? value : '…')
const entries = (list: Body[]) => list.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))

const forms: Record<string, ((value: never, ports: readonly number[]) => unknown) | undefined> = {
  uid: drawn,
  time: drawn,
  creationTimestamp: drawn,
  deletionTimestamp: drawn,
  resourceVersion: drawn,
  clusterIP: address,
  clusterIPs: (list: string[]) => list.map(address),
  nodePort: port,
  healthCheckNodePort: port,
  managedFields: entries,
  causes: entries,
  message: messageOf,
}

const keyOf = ({ operation, manager, subresource, field, message }: Body) =>
  JSON.stringify([operation, manager, subresource, field, message])

function messageOf(message: string): string {
  const [about, faults] = message.split(' is invalid: ')
  // Of several faults the server names those that it happened to come across first.
  if (message.startsWith('failed to create typed patch object')) return 'failed to create typed patch object'
  // Both show the whole object, in the order of their own.
  if (about === ' ""' || /^Invalid value: "(\{|map\[)/.test(message)) return 'no such object'
  const listed = faults?.startsWith('[')
    ? `${about} is invalid: ${faults
        .slice(1, -1)
        .split(/, (?=spec|metadata|<nil>)/)
        .sort()
        .join(', ')}`
    : message
  return listed
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'uid')
    .replace(/(?<![\d.])10\.96\.\d+\.\d+|fd00:96:[0-9a-f:]+/g, 'address')
    .replace(/\b3[0-2]\d{3}\b/g, 'port')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  )
}
