/** What names, labels and keys may look like: each rule gives the API server's complaints about a text, none when it is good. */

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const subdomain = `${label}(\\.${label})*`
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const configKey = '[-._a-zA-Z0-9]+'

const whole = (source: string) => new RegExp(`^${source}$`)
const isLabel = whole(label)
const isSubdomain = whole(subdomain)
const isLabel1035 = whole(label1035)
const isQualified = whole(qualified)
const isLabelText = whole(`(${qualified})?`)
const isConfigKey = whole(configKey)

const tooLong = (max: number, unit = 'characters') => `must be no more than ${max} ${unit}`
/** `words (e.g. 'a',  or 'b', regex used for validation is 're')`, two spaces included. */
const shape = (words: string, source: string, ...examples: string[]) =>
  `${words} (e.g. ${examples.map(example => `'${example}', `).join(' or ')}regex used for validation is '${source}')`

export type NameRule = (value: string) => string[]

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
export function dnsLabel(value: string): string[] {
  const words =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
  const complaints = value.length > 63 ? [tooLong(63)] : []
  if (isLabel.test(value)) return complaints
  return [...complaints, isSubdomain.test(value) ? 'must not contain dots' : shape(words, label, 'my-name', '123-abc')]
}

export function dnsSubdomain(value: string): string[] {
  const words =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
  return [...(value.length > 253 ? [tooLong(253)] : []), ...(isSubdomain.test(value) ? [] : [shape(words, subdomain, 'example.com')])]
}

export function dns1035Label(value: string): string[] {
  const words =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"
  return [...(value.length > 63 ? [tooLong(63)] : []), ...(isLabel1035.test(value) ? [] : [shape(words, label1035, 'my-name', 'abc-123')])]
}

/** What can stand in a URL's path as one segment: names of RBAC's objects. */
export function pathSegment(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`]
  return ['/', '%'].filter(char => value.includes(char)).map(char => `may not contain '${char}'`)
}

const partShape = shape(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  qualified,
  'MyName',
  'my.name',
  '123-abc',
)

/** A label's key: a name, perhaps with a domain before it. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export function labelKey(value: string): string[] {
  const parts = value.split('/')
  if (parts.length > 2) return [`a valid label key ${partShape} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  const name = parts.at(-1)!
  return [
    ...(parts.length === 2 ? prefixComplaints(parts[0]!) : []),
    ...(name === '' ? ['name part must be non-empty'] : name.length > 63 ? [`name part ${tooLong(63, 'bytes')}`] : []),
    ...(isQualified.test(name) ? [] : [`name part ${partShape}`]),
  ]
}

function prefixComplaints(prefix: string): string[] {
  if (prefix === '') return ['prefix part must be non-empty']
  return dnsSubdomain(prefix).map(complaint => `prefix part ${complaint.replace('253 characters', '253 bytes')}`)
}

export function labelValue(value: string): string[] {
  const words =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
  return [
    ...(value.length > 63 ? [tooLong(63, 'bytes')] : []),
    ...(isLabelText.test(value) ? [] : [shape(words, `(${qualified})?`, 'MyValue', 'my_value', '12345')]),
  ]
}

/** A key in a ConfigMap or Secret, which becomes the name of a file. */
export function fileKey(value: string): string[] {
  const words = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
  return [
    ...(value.length > 253 ? [tooLong(253)] : []),
    ...(isConfigKey.test(value) ? [] : [shape(words, configKey, 'key.name', 'KEY_NAME', 'key-name')]),
    ...(value === '.' || value === '..' ? [`must not be '${value}'`] : value.startsWith('..') ? ["must not start with '..'"] : []),
  ]
}

/** A port's name, as IANA registers them. */
export function portName(value: string): string[] {
  return [
    ...(value.length > 15 ? [tooLong(15)] : []),
    ...(/^[-a-z0-9]+$/.test(value) ? [] : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
    ...(/[a-z]/.test(value) ? [] : ['must contain at least one letter (a-z)']),
    ...(value.includes('--') ? ['must not contain consecutive hyphens'] : []),
    ...(/^-|-$/.test(value) ? ['must not begin or end with a hyphen'] : []),
  ]
}

/** A number that a port can have. */
export const portNumber = (port: number): string[] => (port >= 1 && port <= 65535 ? [] : ['must be between 1 and 65535, inclusive'])
