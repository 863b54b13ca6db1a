import { expect, test } from 'vitest'
import { Invalid, listed, type Problem, sentence, Waiting } from './problems.ts'

const problem: Problem = {
  reason: 'InvalidConfigurationError',
  message: 'must be 0 or at least 1280',
  object: { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default' },
  path: 'spec.calicoNetwork.mtu',
  remedy: 'Set it to 0 to find it out',
}

test('one line says where, what and what to do', () => {
  expect(sentence(problem)).toBe('Installation default spec.calicoNetwork.mtu: must be 0 or at least 1280. Set it to 0 to find it out')
  expect(sentence({ reason: 'Unknown', message: 'odd' })).toBe('odd')
})

test('what stops a run carries every problem, and when to look again where no event tells', () => {
  const invalid = new Invalid([problem, problem], { again: 5 })
  expect([invalid.problems.length, invalid.again, invalid.message.split('\n').length]).toEqual([2, 5, 2])
  expect(new Waiting([problem]).again).toBeUndefined()
})

test('long lists are cut after three', () => {
  expect(listed(['a', 'b', 'c'])).toBe('a, b, c')
  expect(listed(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more')
})

test('a problem is one line of ours, whatever users write', () => {
  const text = sentence({ reason: 'Unknown', message: `a\nb\u0000\u202ec ${'x'.repeat(5000)} end`, path: 'spec[\u0007]' })
  expect(text).toMatch(/^spec\[\\u\{7\}\]: a b\\u\{0\}\\u\{202e\}c x+ … x+ end$/)
  expect(text.length).toBeLessThan(900)
})
