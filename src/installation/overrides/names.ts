/** The syntax of names that Kubernetes gives to labels, annotations and namespaces (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/). Pure text. */
import { type Fault, quoted, unless } from './fault.ts'

const words = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/

export const isNamespace = (text: string): boolean => text.length <= 63 && dnsLabel.test(text)
/** What nearly every object of Kubernetes may be called. */
export const isSubdomain = (text: string): boolean => text.length <= 253 && text.split('.').every(part => dnsLabel.test(part))

/** A key of a label: a name of up to 63 characters, with a DNS name and a slash before it or not. */
export function isQualifiedName(text: string): boolean {
  const [first = '', second, ...rest] = text.split('/')
  const name = second ?? first
  return rest.length === 0 && (second === undefined || isSubdomain(first)) && name.length <= 63 && words.test(name)
}

const isLabelValue = (text: string): boolean => text === '' || (text.length <= 63 && words.test(text))

const keyRemedy =
  'Write at most 63 letters, digits, "-", "_" and "." that begin and end with a letter or digit; a DNS name and "/" may stand before them'
const valueRemedy = 'Write at most 63 letters, digits, "-", "_" and "." that begin and end with a letter or digit, or nothing'

export const labelKey = (key: string, path: string): Fault[] =>
  unless(isQualifiedName(key), path, [`${quoted(key)} is no valid key of a label`, keyRemedy])

export const labelValue = (value: string, path: string): Fault[] =>
  unless(isLabelValue(value), path, [`${quoted(value)} is no valid value of a label`, valueRemedy])

export const labels = (given: Record<string, string> | undefined, path: string): Fault[] =>
  Object.entries(given ?? {}).flatMap(([key, value]) => [...labelKey(key, path), ...labelValue(value, `${path}[${key}]`)])

/** All annotations of an object together, keys and values, in bytes. */
const roomForAnnotations = 256 * 1024

export function annotations(given: Record<string, string> | undefined, path: string): Fault[] {
  const entries = Object.entries(given ?? {})
  const size = entries.reduce((sum, [key, value]) => sum + bytes(key) + bytes(value), 0)
  return [
    ...entries.flatMap(([key]) =>
      unless(isQualifiedName(key.toLowerCase()), path, [`${quoted(key)} is no valid key of an annotation`, keyRemedy]),
    ),
    ...unless(size <= roomForAnnotations, path, [
      `the annotations have ${size} bytes, at most ${roomForAnnotations} are allowed`,
      'Take some away',
    ]),
  ]
}

const bytes = (text: string): number => Buffer.byteLength(text)
