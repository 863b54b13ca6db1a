import { expect, test } from 'vitest'
import { fromGo } from './go-flags.ts'

const booleans = new Set(['manage-crds', 'enable-leader-election'])

test.each([
  ['one dash is two', ['-manage-crds'], ['--manage-crds']],
  [
    'a boolean may be given a value',
    ['--enable-leader-election=false', '-manage-crds=T'],
    ['--no-enable-leader-election', '--manage-crds'],
  ],
  ['a value stays with its flag', ['-kubeconfig=/etc/k', '-variant', 'Calico'], ['--kubeconfig=/etc/k', '--variant', 'Calico']],
  ['a boolean that is none is left for the parser to refuse', ['--manage-crds=perhaps'], ['--manage-crds=perhaps']],
  ['short options and words stay', ['render', '-f', 'a=b.yaml', '-'], ['render', '-f', 'a=b.yaml', '-']],
])('%s', (_, given, wanted) => expect(fromGo(given, booleans)).toEqual(wanted))
