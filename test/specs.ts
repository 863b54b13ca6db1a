/** Specs of custom resources at random, from their schemas: in order, nearly, and hostile. Nothing here judges them. */
import fc from 'fast-check'
import type { JsonSchema } from '../api/schema.ts'

/** How much in a spec the schema does not admit, in percent of its values; 0: everything is as the schema says, which is not yet in order. */
export interface Wildness {
  readonly strange: number
}

/** Values that mean something in fields of these names, most of them good ones. */
const byField: Record<string, readonly string[]> = {
  cidr: [
    '10.0.0.0/16',
    '10.1.0.0/24',
    '10.0.0.1/8',
    'fd00:48::/48',
    'fd00::1/64',
    '0.0.0.0/0',
    '10.0.0.0/31',
    '10.0.0/8',
    '::/129',
    'fe80::%1/64',
  ],
  cidrs: ['10.0.0.0/8', '192.168.1.0/24', 'fd00::/8', '10.0.0.0'],
  serviceCIDRs: ['10.96.0.0/12', 'fd00:96::/112', '10.96.0.0'],
  registry: [
    '',
    'UseDefault',
    'registry.example.com',
    'registry.example.com:5000/team/',
    '//quay.io//',
    'quay.io/.',
    'https://quay.io',
    'Quay.IO',
    'a b',
    '[::1]:5000',
  ],
  imagePath: ['', 'UseDefault', 'calico', 'a/b/c', '/x/', '..', 'Über'],
  imagePrefix: ['', 'UseDefault', 'mirror-', 'a/b-', '_', '-'],
  nodeSelector: ['all()', "rack == '1'", '', 'has(', 'x'],
  allowedUses: ['Workload', 'Tunnel', 'LoadBalancer', 'Pods'],
  assignmentMode: ['Automatic', 'Manual', 'Sometimes'],
  effect: ['NoSchedule', 'NoExecute', 'PreferNoSchedule', '', 'Never'],
  operator: ['Exists', 'Equal', 'In', 'NotIn', 'DoesNotExist', 'Gt', 'Lt', '', 'Is'],
  topologyKey: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone', ''],
  whenUnsatisfiable: ['DoNotSchedule', 'ScheduleAnyway', 'Perhaps'],
  flexVolumePath: ['None', '/opt/flex/', 'opt', '/a/../b', '/a:b'],
  kubeletVolumePluginPath: ['None', '/var/lib/kubelet', '/var/lib/kubelet/', 'none', '/a:b', '/'],
  binDir: ['/opt/cni/bin', 'opt', '/../x', '/a:b', ''],
  confDir: ['/etc/cni/net.d', 'etc', '/a b', '/a:b', ''],
  caCert: [Buffer.from('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n').toString('base64'), 'AAAA', '', '?'],
  signerName: ['example.com/signer', 'example.com', ''],
  priorityClassName: ['system-cluster-critical', '', 'No Such'],
  managementClusterAddr: ['management.example.com:9449', '10.0.0.1:9449', 'management.example.com', '', ':'],
  digest: [`sha256:${'0'.repeat(64)}`, 'sha256:', 'latest', ''],
  name: ['pull-a', 'pull-b', 'pull-a', 'other', 'No Name'],
  image: ['calico/node', 'calico/cni', 'tigera/operator', 'nginx', ''],
  namespaces: ['default', 'kube-system', 'No', ''],
  type: ['RollingUpdate', 'OnDelete', ''],
}

const keys = [
  'team',
  'kubernetes.io/os',
  'app',
  'hash.operator.tigera.io/x',
  'k8s-app',
  'a/b/c',
  '',
  'x'.repeat(64),
  'cpu',
  'memory',
  'example.com/gpu',
  'hugepages-2Mi',
]

const plain = ['', 'x', 'None', 'Enabled', 'Disabled', 'Calico', '50%', '1', 'eth.*', '^br-.*', '8.8.8.8', 'a-b.c', 'linux', '1400', 'true']

/** What nobody expects: scripts, controls, halves of characters, names of JavaScript's own, very long ones. */
const strangeTexts = fc.oneof(
  fc.constantFrom(
    '\u0000',
    '\n',
    'a\nb: c',
    '🙂',
    'Ünïcødé',
    '\ud800',
    '\u202e',
    '__proto__',
    'constructor',
    '$(x)',
    '{{.}}',
    '%q',
    "' OR 1=1",
    '../../etc',
    'x'.repeat(70_000),
    ' ',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

const strangeValues = fc.oneof(
  { weight: 3, arbitrary: strangeTexts },
  fc.constantFrom(null, true, false, 0, -1, 1.5, 2 ** 31, -(2 ** 53), 1e308, [], {}, [null], [[]], { a: { b: { c: [] } } }),
  fc.object({ maxDepth: 3, maxKeys: 3 }),
)

const amounts = ['100m', '1', '0', '64Mi', '1Gi', '1.5', '2e3', '-1', '0.0000000001', '100M']

/** Of one schema; `field` is the name under which it stands. */
export function valuesOf(schema: JsonSchema, wildness: Wildness, field = ''): fc.Arbitrary<unknown> {
  const admitted = admittedBy(schema, wildness, field)
  return wildness.strange === 0
    ? admitted
    : fc.oneof({ weight: 100 - wildness.strange, arbitrary: admitted }, { weight: wildness.strange, arbitrary: strangeValues })
}

function admittedBy(schema: JsonSchema, wildness: Wildness, field: string): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema['x-kubernetes-int-or-string']) {
    const texts = schema.pattern === undefined ? ['10%', '1', '100%', '0', '0%', '25%', '150%', 'many'] : amounts
    return fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(...texts))
  }
  switch (schema.type) {
    case 'string':
      return textOf(schema, field)
    case 'integer':
      return numberOf(schema)
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}, wildness, field), { maxLength: 3 })
    default:
      return schema.additionalProperties
        ? fc.dictionary(fc.constantFrom(...keys), valuesOf(schema.additionalProperties, wildness), { maxKeys: 3 })
        : fieldsOf(schema, wildness)
  }
}

const textOf = ({ pattern, format }: JsonSchema, field: string): fc.Arbitrary<string> => {
  if (pattern === '^[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}$') return fc.constantFrom('0E-2A', 'ff-00')
  const known = byField[field]
  if (known) return fc.constantFrom(...known)
  return format === 'byte' ? fc.base64String({ maxLength: 8 }) : fc.constantFrom(...plain)
}

const numberOf = ({ minimum, maximum, format }: JsonSchema): fc.Arbitrary<number> => {
  const [least, most] = [minimum ?? -(2 ** 31), maximum ?? (format === 'int64' ? Number.MAX_SAFE_INTEGER : 2 ** 31 - 1)]
  return fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: Math.max(least, 1), max: Math.min(most, 120) }) },
    { weight: 1, arbitrary: fc.constantFrom(...[0, -1, 1400, 9091, 65536, least, most].filter(each => each >= least && each <= most)) },
  )
}

function fieldsOf({ properties = {}, required = [] }: JsonSchema, wildness: Wildness): fc.Arbitrary<object> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valuesOf(schema, wildness, name)]))
  return fc.record(fields, { requiredKeys: wildness.strange > 0 ? [] : required.filter(name => name in fields) })
}

/** A few fields of the spec each time, so that many specs are in order. */
export function specOf({ properties = {}, required = [] }: JsonSchema, wildness: Wildness, most = 4): fc.Arbitrary<object> {
  const names = Object.keys(properties)
  return fc
    .uniqueArray(fc.constantFrom(...names), { maxLength: Math.min(most, names.length) })
    .chain(chosen =>
      fc.record(
        Object.fromEntries([...new Set([...chosen, ...required])].map(name => [name, valuesOf(properties[name]!, wildness, name)])),
        { requiredKeys: [...chosen, ...required] },
      ),
    )
}
