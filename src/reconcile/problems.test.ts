import { expect, test } from 'vitest'
import { Invalid, type Problem, sentence, Waiting } from './problems.ts'

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
