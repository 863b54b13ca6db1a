import { expect, test } from 'vitest'
import { fromGo, truth } from './go-flags.ts'

test('a word behind one dash is a flag, as Go has it, with or without a value', () => {
  expect(fromGo(['-manage-crds', '-variant=Calico', '--pre-delete', '-kubeconfig', '/a-b'])).toEqual([
    '--manage-crds',
    '--variant=Calico',
    '--pre-delete',
    '--kubeconfig',
    '/a-b',
  ])
})

test('single letters, numbers, values and what follows -- stay as they are', () => {
  const args = ['-h', '-5', '-', 'a=-b', '--', '-manage-crds']
  expect(fromGo(args)).toEqual(args)
})

test('a value may hold anything, line ends too', () => {
  expect(fromGo(['-print-calico-crds=a\n-b'])).toEqual(['--print-calico-crds=a\n-b'])
})

test('what is true and what is false is what Go takes for it', () => {
  expect(['1', 't', 'TRUE', 'True'].map(truth)).toEqual([true, true, true, true])
  expect(['0', 'f', 'FALSE', 'False'].map(truth)).toEqual([false, false, false, false])
  expect(['', 'yes', 'tRUE', '2'].map(truth)).toEqual([undefined, undefined, undefined, undefined])
})
