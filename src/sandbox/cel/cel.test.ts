import { describe, expect, test } from 'vitest'
import { Node } from '../schema/structure.ts'
import { compile, optional } from './environment.ts'
import { rewriteLiterals } from './literals.ts'
import { fromCel, toCel } from './values.ts'

const evaluate = (expression: string, self?: unknown) => fromCel(compile(expression, ['self'])({ self: toCel(self) }))

describe('what Kubernetes adds to CEL', () => {
  const cases: [expression: string, result: unknown][] = [
    ["isIP('10.0.0.1') && isIP('fd00::1') && !isIP('10.0.0.256') && !isIP('fe80::1%eth0') && !isIP('::ffff:1.2.3.4')", true],
    ["ip('10.0.0.1').family()", 4],
    ["ip('::1').isLoopback() && ip('127.0.0.9').isLoopback() && !ip('10.0.0.1').isLoopback()", true],
    ["ip('fe80::1').isLinkLocalUnicast() && ip('169.254.1.1').isLinkLocalUnicast()", true],
    ["ip('10.0.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast() && !ip('224.0.0.1').isGlobalUnicast()", true],
    ["ip('0.0.0.0').isUnspecified() && ip('::').isUnspecified()", true],
    ["string(ip('2001:DB8:0:0:0:0:0:1'))", '2001:db8::1'],
    ["string(ip('1:0:0:2:0:0:0:3'))", '1:0:0:2::3'],
    ["string(ip('::')) + string(ip('1::'))", '::1::'],
    ["ip('::1') == ip('0:0:0:0:0:0:0:1')", true],
    ["isCIDR('10.0.0.0/8') && isCIDR('fd00::/48') && !isCIDR('10.0.0.0') && !isCIDR('10.0.0.0/33') && !isCIDR('010.0.0.0/8')", true],
    ["cidr('192.168.0.0/23').containsIP('192.168.1.7') && !cidr('192.168.0.0/23').containsIP(ip('192.168.2.0'))", true],
    ["cidr('10.0.0.0/8').containsCIDR('10.9.0.0/16') && !cidr('10.9.0.0/16').containsCIDR(cidr('10.0.0.0/8'))", true],
    ["string(cidr('192.168.7.9/23').masked())", '192.168.6.0/23'],
    ["string(cidr('fd00:1:2:3::/60').masked())", 'fd00:1:2::/60'],
    ["cidr('fd00::/48').prefixLength()", 48],
    ["quantity('1Gi').isGreaterThan(quantity('1G')) && quantity('500m').add(quantity('0.5')).compareTo(quantity('1')) == 0", true],
    ["quantity('5k').asInteger()", 5000],
    ["quantity('-1').sign()", -1],
    ["isQuantity('1e3') && !isQuantity('1 Gi')", true],
    ["quantity('1000m') == quantity('1')", true],
    ["isURL('https://a.b:80/c?d=e') && !isURL('a b') && isURL('/path')", true],
    ["url('https://a.b:8080/c%20d?e=f&e=g').getHost()", 'a.b:8080'],
    ["url('https://[::1]:80/').getHostname()", '::1'],
    ["url('https://a.b/c%20d').getEscapedPath()", '/c%20d'],
    ["url('https://a.b/?e=f&e=g').getQuery()", { e: ['f', 'g'] }],
    ["[1, 2, 3].sum() == 6 && [1.5, 2.5].sum() == 4.0 && [3, 1].min() == 1 && ['a', 'c'].max() == 'c'", true],
    ["[1, 2, 2].isSorted() && !['b', 'a'].isSorted()", true],
    ["['a', 'b', 'a'].indexOf('a') == 0 && ['a', 'b', 'a'].lastIndexOf('a') == 2 && [1].indexOf(5) == -1", true],
    ['sets.contains([1, 2], [2]) && sets.equivalent([1, 2], [2, 1, 1]) && !sets.intersects([1], [2])', true],
    ["'abc 123 x45'.find('[0-9]+') + '|' + 'a1b22'.findAll('[0-9]+')[1]", '123|22'],
    ["matches('ABC', '(?i)abc')", true],
    ["'a-b-c'.replace('-', '+') + 'a-b-c'.replace('-', '+', 1)", 'a+b+ca+b-c'],
    ["'abc'.charAt(1) + 'abc'.reverse()", 'bcba'],
    ["'%s is %d, %.2f, %x, %s'.format(['a', 12, 1.5, 255, ['x', 1]])", 'a is 12, 1.50, ff, [x, 1]'],
    ["semver('1.2.3').isLessThan(semver('1.10.0')) && !isSemver('v1.2.3') && isSemver('v1.2.3', true)", true],
    ["!format.dns1123Label().validate('my-name').hasValue() && format.dns1123Label().validate('My_').hasValue()", true],
    ["self.protocol == 'TCP' || self.protocol == 6", true],
    ['self.?missing.orValue("none")', 'none'],
    ["self.labels.exists(k, k == 'a/b') && self.labels['a/b'] == 'c'", true],
    ['jsonpatch.escapeKey("a/b~c")', 'a~1b~0c'],
  ]
  test.each(cases)('%s', (expression, result) => {
    expect(evaluate(expression, { protocol: 6, labels: { 'a/b': 'c' } })).toEqual(result)
  })
})

test('literals of patches become maps, whatever is in strings and nested maps', () => {
  expect(rewriteLiterals('[JSONPatch{op: "add", path: object.kind == "a{b" ? "/x" : "/y", value: {}}]')).toBe(
    '[JSONPatch({"op": "add", "path": object.kind == "a{b" ? "/x" : "/y", "value": {}})]',
  )
  expect(rewriteLiterals("'JSONPatch{op: 1}'")).toBe("'JSONPatch{op: 1}'")
  expect(evaluate('Object{spec: Object.spec{replicas: self + 1, labels: {"a": "b"}}}', 2)).toEqual({
    spec: { replicas: 3, labels: { a: 'b' } },
  })
})

test('values follow their schema: whole numbers of type number are doubles, formats become times, bytes, durations', () => {
  const node = new Node({
    type: 'object',
    properties: {
      ratio: { type: 'number' },
      at: { type: 'string', format: 'date-time' },
      for: { type: 'string', format: 'duration' },
      raw: { type: 'string', format: 'byte' },
      'a-b.c': { type: 'integer' },
    },
  })
  const self = toCel({ ratio: 3, at: '2026-01-02T03:04:05Z', for: '90m', raw: 'YWJj', 'a-b.c': 7 }, node)
  const rule =
    "self.ratio / 2.0 == 1.5 && self.at.getFullYear() == 2026 && self.__for__.getHours() == 1 && self.raw == b'abc' && self.a__dash__b__dot__c == 7"
  expect(compile(rule, ['self'])({ self })).toBe(true)
})

test('an optional old value can be asked for', () => {
  const rule = compile('!oldSelf.hasValue() || oldSelf.value() + 1 == self', ['self', 'oldSelf'])
  expect(rule({ self: 5n, oldSelf: optional(undefined) })).toBe(true)
  expect(rule({ self: 5n, oldSelf: optional(4n) })).toBe(true)
  expect(rule({ self: 5n, oldSelf: optional(5n) })).toBe(false)
})

test('errors are one line, and tell whether the expression or the values are wrong', () => {
  expect(() => compile('self ==', ['self'])).toThrow(expect.objectContaining({ compiling: true }))
  expect(() => compile('self.a.b', ['self'])({ self: {} })).toThrow(
    expect.objectContaining({ compiling: false, message: 'no such key: a' }),
  )
})
