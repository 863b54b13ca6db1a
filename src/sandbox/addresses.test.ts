import { describe, expect, test } from 'vitest'
import { seeded } from '../kube/clock.ts'
import { contains, familyOf, network, numberOf, textOf } from './addresses.ts'
import { Sandbox } from './sandbox.ts'
import { VirtualTime } from './virtual-time.ts'

type Body = { [field: string]: unknown }

function bed(serviceCIDRs?: string[]) {
  const sandbox = new Sandbox({ clock: new VirtualTime().clock, random: seeded(1), ...(serviceCIDRs && { serviceCIDRs }) })
  const transport = sandbox.transport()
  const path = '/api/v1/namespaces/default/services'
  return {
    get: async (name: string) => ((await transport.request({ method: 'GET', path: `${path}/${name}` })).body as Body).spec as Body,
    async make(spec: Body = {}) {
      const body = { metadata: { generateName: 's-' }, spec: { ports: [{ port: 80 }], ...spec } }
      return ((await transport.request({ method: 'POST', path, body })).body as Body).spec as Body
    },
  }
}

describe('addresses of Services', () => {
  test('come from an IPv6 network where that is the one', async () => {
    const { make, get } = bed(['fd00:96::/112'])
    expect(await make()).toMatchObject({ ipFamilies: ['IPv6'], clusterIP: expect.stringMatching(/^fd00:96::[0-9a-f]+$/) })
    expect(await get('kubernetes')).toMatchObject({ clusterIP: 'fd00:96::1' })
  })

  test('come from both networks where a Service wants both', async () => {
    const { make } = bed(['10.96.0.0/16', 'fd00:96::/112'])
    expect(await make()).toMatchObject({ ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4'] })
    const dual = await make({ ipFamilyPolicy: 'PreferDualStack' })
    expect(dual).toMatchObject({
      ipFamilies: ['IPv4', 'IPv6'],
      clusterIPs: [expect.stringMatching(/^10\.96\./), expect.stringMatching(/^fd00:96::/)],
    })
    expect(dual.clusterIP).toBe((dual.clusterIPs as string[])[0])
    expect(await make({ ipFamilies: ['IPv6'] })).toMatchObject({ ipFamilies: ['IPv6'], clusterIP: expect.stringMatching(/^fd00/) })
  })

  test('are the same for the same seed', async () => {
    expect((await bed().make()).clusterIP).toBe((await bed().make()).clusterIP)
  })
})

describe('addresses as numbers', () => {
  const same: [string, string][] = [
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['fd00:96:0:0:0:0:0:a', 'fd00:96::a'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['::ffff:1.2.3.4', '::ffff:102:304'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['1:0:3:4:5:6:7:8', '1:0:3:4:5:6:7:8'],
  ]
  for (const [text, shown] of same) {
    test(`${text} is shown as ${shown}`, () => {
      expect(textOf(familyOf(text)!, numberOf(text))).toBe(shown)
    })
  }

  test('a network has its addresses and no others', () => {
    const ten = network('10.96.3.4/12')
    expect(['10.96.0.0', '10.111.255.255', '10.95.255.255', '10.112.0.0', 'fd00::1'].map(address => contains(ten, address))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
    expect(() => network('10.96.0.0/33')).toThrow('no network')
    expect(() => network('10.96.0.0')).toThrow('no network')
  })
})
