import { describe, expect, test } from 'vitest'
import { canonicalCidr, contains, longAddress, overlaps, parseAddress, parseCidr } from './cidr.ts'

describe('a text that is no range is refused', () => {
  test.each([
    ['an octet above 255', '10.48.0.300/16'],
    ['no prefix length', '10.48.0.0'],
    ['an empty prefix length', '10.48.0.0/'],
    ['a prefix longer than the address', '10.48.0.0/33'],
    ['a signed prefix length', '10.48.0.0/+8'],
    ['a prefix length with leading zeros', '10.48.0.0/08'],
    ['leading zeros, which some read as octal', '10.048.0.0/16'],
    ['three octets', '10.48.0/16'],
    ['a second slash', '10.48.0.0/16/16'],
    ['spaces', ' 10.48.0.0/16'],
    ['two ellipses in IPv6', 'fd00::1::/64'],
    ['nine groups', '1:2:3:4:5:6:7:8:9/64'],
    ['seven groups without ellipsis', '1:2:3:4:5:6:7/64'],
    ['an ellipsis that stands for nothing', '1:2:3:4::5:6:7:8/64'],
    ['a group of five digits', 'fd000::/64'],
    ['a zone', 'fe80::1%eth0/64'],
    ['an embedded IPv4 address that is none', '::ffff:1.2.3/96'],
    ['an IPv6 prefix above 128', 'fd00::/129'],
    ['nothing', ''],
  ])('%s', (_, text) => {
    expect(parseCidr(text)).toBeUndefined()
  })
})

test('spellings of one range become one spelling', () => {
  expect(canonicalCidr('2001:db8::00/56')).toBe(canonicalCidr('2001:0DB8:0:0::/56'))
  expect(canonicalCidr('10.1.2.3/8')).toBe('10.0.0.0/8')
  expect(canonicalCidr('::ffff:1.2.3.4/128')).toBe('0000:0000:0000:0000:0000:ffff:0102:0304/128')
  expect(canonicalCidr('nonsense')).toBe('nonsense')
})

test('an address may be every number of its family', () => {
  expect(parseAddress('255.255.255.255')).toEqual({ family: 'IPv4', value: 2n ** 32n - 1n })
  expect(parseAddress('::')).toEqual({ family: 'IPv6', value: 0n })
  expect(parseAddress('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).toEqual({ family: 'IPv6', value: 2n ** 128n - 1n })
  expect(parseCidr('::/0')).toEqual({ family: 'IPv6', network: 0n, prefix: 0 })
  expect(longAddress(parseCidr('fe80::/64')!)).toBe('fe80:0000:0000:0000:0000:0000:0000:0000')
})

const cidr = (text: string) => parseCidr(text)!

test('a range contains itself and its parts, and nothing of the other family', () => {
  expect(contains(cidr('10.0.0.0/8'), cidr('10.48.0.0/16'))).toBe(true)
  expect(contains(cidr('10.0.0.0/8'), cidr('10.0.0.0/8'))).toBe(true)
  expect(contains(cidr('10.48.0.0/16'), cidr('10.0.0.0/8'))).toBe(false)
  expect(contains(cidr('0.0.0.0/0'), cidr('::/0'))).toBe(false)
})

test('ranges overlap when one contains the other', () => {
  expect(overlaps(cidr('10.48.0.0/16'), cidr('10.0.0.0/8'))).toBe(true)
  expect(overlaps(cidr('10.48.0.0/16'), cidr('10.49.0.0/16'))).toBe(false)
  expect(overlaps(cidr('fd00:48::/48'), cidr('fd00:48:0:1::/64'))).toBe(true)
  expect(overlaps(cidr('0.0.0.0/0'), cidr('::/0'))).toBe(false)
})
