/** The string formats that the API server checks in custom resources; others are ignored. Knows nothing of schemas. */
import { isIP, isIPv4, isIPv6 } from 'node:net'
import { goPattern } from './go-pattern.ts'

/** https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation and KEP-5073's additions. */
const formats: Record<string, (value: string) => boolean> = {
  byte: isBase64,
  cidr: isCidr,
  date: value => /^\d{4}-\d{2}-\d{2}$/.test(value) && isDay(value),
  datetime: isDateTime,
  duration: value => value === '0' || goDuration.test(value) || scalaDuration.test(value),
  email: value => /^[^\s@<>]+@[^\s@<>]+$/.test(value) || /^.*<[^\s@<>]+@[^\s@<>]+>$/.test(value),
  hexcolor: value => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(value),
  hostname: value => hostname.test(value) && value.split('.').every(part => part.length <= 63),
  ipv4: value => isIPv4(withoutZeros(value)),
  ipv6: value => isIPv6(value) && !value.includes('%'),
  k8slongname: value => value.length <= 253 && longName.test(value),
  k8sshortname: value => value.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(value),
  mac: value =>
    /^([0-9a-fA-F]{2}([:-])[0-9a-fA-F]{2}(\2[0-9a-fA-F]{2}){4}((\2[0-9a-fA-F]{2}){2})?|[0-9a-fA-F]{4}(\.[0-9a-fA-F]{4}){2,3})$/.test(value),
  rgbcolor: value => /^rgb\((\s*\d{1,3}\s*,){2}\s*\d{1,3}\s*\)$/.test(value),
  ssn: value => /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(value),
  uri: isUri,
  uuid: value => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(value),
  uuid3: value => /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(value),
  uuid4: value => /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(value),
  uuid5: value => /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(value),
}
const goDuration = /^[-+]?((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/
const scalaDuration =
  /^\s*\d+(\.\d+)?\s*(ns|nanos?|nanoseconds?|us|µs|micros?|microseconds?|ms|millis?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\s*$/
const longName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const hostname = goPattern(
  '^([a-zA-Z0-9\\p{S}\\p{L}]((-?[a-zA-Z0-9\\p{S}\\p{L}]{0,62})?)|([a-zA-Z0-9\\p{S}\\p{L}](([a-zA-Z0-9-\\p{S}\\p{L}]{0,61}[a-zA-Z0-9\\p{S}\\p{L}])?)(\\.)){1,}([a-zA-Z\\p{L}]){2,63})$',
)

/** Whether a value has the form its schema's format demands; true for formats that are not checked. */
export function hasFormat(format: string, value: string): boolean {
  return formats[format.replaceAll('-', '')]?.(value) ?? true
}

/** An address with a prefix length, as formats and older built-in fields take it: leading zeros do no harm. */
export function isCidr(value: string): boolean {
  const [address = '', length = '', ...rest] = value.split('/')
  if (rest.length > 0 || !/^\d{1,3}$/.test(length) || address.includes('%')) return false
  const family = isIP(withoutZeros(address))
  return family !== 0 && Number(length) <= (family === 4 ? 32 : 128)
}

/** Go's older parser of addresses, which Kubernetes keeps, reads 010 as 10. */
const withoutZeros = (address: string) => (address.includes(':') ? address : address.replace(/(^|\.)0+(?=\d)/g, '$1'))

/** As Go's ParseRequestURI takes it: absolute, or a path. What follows a scheme without slashes is anything. */
function isUri(value: string): boolean {
  const [, scheme, host] = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?/.exec(value) ?? []
  if (scheme === undefined) return value.startsWith('/') && !value.includes(' ')
  if (host === undefined) return value.length > scheme.length + 1
  const address = host.replace(/^.*@/, '')
  return /^(\[[^\]\s]+\]|[^[\]\s:]*)(:\d*)?$/.test(address)
}

function isBase64(value: string): boolean {
  const text = value.replace(/[\r\n]/g, '')
  return text.length > 0 && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
}

function isDateTime(value: string): boolean {
  const match = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})$/.exec(value)
  if (!match) return false
  return isDay(match[1]!) && Number(match[2]) < 24 && Number(match[3]) < 60 && Number(match[4]) < 61
}

/** Whether a day of that name is in the calendar. */
function isDay(text: string): boolean {
  const [year, month, day] = text.split('-').map(Number) as [number, number, number]
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}
