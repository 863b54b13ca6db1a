import fc from 'fast-check'
import { expect, test } from 'vitest'
import { manifestOf, manifestParts } from '../../../test/manifest-install.ts'
import { noteOf, recordedIn } from '../../installation/imported.ts'
import { resolve } from '../../installation/resolve.ts'
import { asking, factsWith } from '../../installation/testdata/asked.ts'
import { convert } from './convert.ts'

const runs = Number(process.env.ANY_MANIFEST_RUNS ?? 150)

const odd = fc.constantFrom<unknown[]>(
  null,
  '',
  'x',
  'true',
  'none',
  'autodetect',
  '0',
  '1500',
  0,
  -1,
  1.5,
  true,
  false,
  [],
  {},
  [null],
  [[null]],
  { type: null },
)
const words = [
  'calico-ipam',
  'host-local',
  'usePodCidr',
  'portmap',
  'tuning',
  'calico',
  'cali',
  'eni',
  'gke',
  'vxlan',
  'bird',
  'cidr=x',
  'interface=',
]
const text = fc.oneof(
  fc.constantFrom(...words, '', 'true', 'false', 'none', 'autodetect', '-1', '99999', '1-2', 'tcp:1,x'),
  fc.string({ maxLength: 6 }),
)
const names = [
  'ipam',
  'type',
  'ranges',
  'subnet',
  'sysctl',
  'mtu',
  'name',
  'plugins',
  'feature_control',
  'container_settings',
  'assign_ipv6',
  'ipv4_pools',
]
const variables = [
  'IP',
  'IP6',
  'IP_AUTODETECTION_METHOD',
  'FELIX_INTERFACEPREFIX',
  'FELIX_VXLANMTU',
  'FELIX_BPFENABLED',
  'FELIX_ROUTETABLERANGE',
  'FELIX_FAILSAFEINBOUNDHOSTPORTS',
  'FELIX_HEALTHTIMEOUTOVERRIDES',
  'FELIX_REPORTINGINTERVAL',
  'FELIX_PROMETHEUSMETRICSENABLED',
  'FELIX_PROMETHEUSMETRICSPORT',
  'CALICO_ROUTER_ID',
  'X',
]

/** Something of the CNI configuration is another thing: of the list, or of one of its plugins. */
const change = fc.record({
  place: fc.constantFrom('list' as const, 'plugin' as const, 'ipam' as const, 'tuning' as const),
  name: fc.constantFrom(...names),
  value: fc.oneof(odd, text),
})
const setting = fc.record({ name: fc.constantFrom(...variables), value: text })

test('whatever a manifest says, it is taken over or refused with where and what to do, and the same each time', {
  timeout: 600_000,
}, () => {
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 4 }),
      fc.array(setting, { maxLength: 4 }),
      fc.constantFrom('calico-ipam', 'host-local'),
      (...[changes, settings, type]) => {
        const parts = manifestParts()
        for (const { name, value } of settings) parts.set(name, value)
        parts.cni((plugin, list) => {
          const tuning = { type: 'tuning' }
          list.plugins.push(tuning)
          plugin.ipam = { type }
          const places = { list, plugin, ipam: plugin.ipam as object, tuning }
          for (const { place, name, value } of changes) Object.assign(places[place], { [name]: value })
        })
        const imported = convert(manifestOf(parts))
        for (const { object, path, remedy } of imported.problems) expect([object?.name, path, remedy]).not.toContain(undefined)
        expect(convert(manifestOf(parts))).toEqual(imported)
        const { spec, felixConfiguration } = imported
        // What is kept is all that counts later.
        expect(recordedIn([{ ...noteOf({ spec, felixConfiguration })!, lastTransitionTime: '' }])).toEqual({ spec, felixConfiguration })
        expect(Object.keys(resolve(asking(spec), factsWith()))).not.toEqual([])
      },
    ),
    { numRuns: runs },
  )
})
