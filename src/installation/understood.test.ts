import { expect, test } from 'vitest'
import { Installation } from '../../api/installation.ts'
import { understood } from './understood.ts'

const told = (spec: object) =>
  understood(spec, Installation.definition.spec.json, 'spec').problems.map(({ path, message, remedy }) => `${path}: ${message}. ${remedy}`)
const known = (spec: object) => understood(spec, Installation.definition.spec.json, 'spec').known

test.each<[string, object, string]>([
  [
    'a word in other letters',
    { calicoNetwork: { linuxDataplane: 'iptables' } },
    'spec.calicoNetwork.linuxDataplane: "iptables" is not known. Write Iptables',
  ],
  [
    'yes for Enabled',
    { calicoNetwork: { bgp: true } },
    'spec.calicoNetwork.bgp: it is true, and must be a word. Write one of Enabled, Disabled',
  ],
  [
    'the only word there is',
    { calicoNetwork: { nodeAddressAutodetectionV4: { kubernetes: 'ExternalIP' } } },
    'spec.calicoNetwork.nodeAddressAutodetectionV4.kubernetes: "ExternalIP" is not known. Write NodeInternalIP',
  ],
  [
    'a number in quotes',
    { nodeMetricsPort: '9091' },
    'spec.nodeMetricsPort: it is "9091", and must be a whole number. Write 9091 without quotes',
  ],
  ['a fraction', { controlPlaneReplicas: 1.5 }, 'spec.controlPlaneReplicas: it is 1.5, and must be a whole number. Write a whole number'],
  ['one for many', { imagePullSecrets: { name: 'a' } }, 'spec.imagePullSecrets: it is an object, and must be a list. Write a list'],
  [
    'what must be there',
    { calicoNetwork: { sysctl: [{ value: '1' }] } },
    'spec.calicoNetwork.sysctl[0].key: it is not there, and must be. Add it, or leave sysctl[0] out',
  ],
  [
    'too many',
    { calicoNetwork: { ipPools: Array.from({ length: 26 }, (_, n) => ({ cidr: `10.${n}.0.0/16` })) } },
    'spec.calicoNetwork.ipPools: it has 26 items. Leave at most 25',
  ],
  ['too much', { nodeMetricsPort: 2 ** 31 }, 'spec.nodeMetricsPort: it is 2147483648. Write at most 2147483647'],
  [
    'a text of another form',
    { windowsNodes: { vxlanMACPrefix: '0E2A' } },
    'spec.windowsNodes.vxlanMACPrefix: "0E2A" has another form than it must. Write what matches ^[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}$',
  ],
  [
    'bytes that are none',
    { certificateManagement: { caCert: '-----BEGIN', signerName: 'a/b' } },
    'spec.certificateManagement.caCert: it is no base64. Write it in base64, without line breaks',
  ],
])('%s is told, with what to write', (_, spec, text) => {
  expect(told(spec)).toEqual([text])
})

test('what is not understood is taken out, and everything else stays where it is', () => {
  const spec = {
    registry: 'r',
    fipsMode: 'On',
    future: { field: 1 },
    calicoNetwork: { mtu: 'x', ipPools: [{ cidr: 5 }, { cidr: '10.0.0.0/16', blockSize: 'y' }] },
  }
  expect(known(spec)).toEqual({ registry: 'r', calicoNetwork: { ipPools: [{ cidr: '' }, { cidr: '10.0.0.0/16' }] } })
})

test('what is in order stays as it is, and null is as good as absent', () => {
  const spec = { variant: 'Calico', controlPlaneNodeSelector: { a: '' }, calicoNetwork: { ipPools: [], mtu: null } }
  expect(told(spec)).toEqual([])
  expect(known(spec)).toEqual({ variant: 'Calico', controlPlaneNodeSelector: { a: '' }, calicoNetwork: { ipPools: [] } })
})

test('what cannot be written as a text is no harm', () => {
  const deep = Array.from({ length: 20_000 }).reduce<unknown>(inner => [inner], 'x')
  for (const value of [deep, { toString: 1 }, { toJSON: 1 }, Symbol.iterator]) {
    expect(told({ fipsMode: value, registry: value, nodeMetricsPort: value }).length).toBe(3)
  }
})

test('a name of JavaScript’s own is a name like others', () => {
  const spec = JSON.parse('{"controlPlaneNodeSelector":{"__proto__":"x","constructor":"y"}}') as object
  expect(told(spec)).toEqual([])
  expect(JSON.stringify(known(spec))).toBe(JSON.stringify(spec))
})
