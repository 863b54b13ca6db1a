/** How calico-node finds the address of its node: the words of the Installation, and the one text that calico-node reads. Finds no address itself. */
import type { NodeAddressAutodetection } from '../../api/installation.ts'

type Method = keyof NodeAddressAutodetection

/** What each method is called by calico-node, in order of precedence (spec/installation-render.md §6.6). */
const forms: readonly [Method, (block: NodeAddressAutodetection) => string][] = [
  ['interface', block => `interface=${block.interface}`],
  ['skipInterface', block => `skip-interface=${block.skipInterface}`],
  ['canReach', block => `can-reach=${block.canReach}`],
  ['firstFound', () => 'first-found'],
  ['cidrs', block => `cidr=${block.cidrs?.join(',')}`],
  ['kubernetes', () => 'kubernetes-internal-ip'],
]

/** The methods that are chosen: an empty value, and `firstFound: false`, choose nothing. */
export const methods = (block: NodeAddressAutodetection = {}): Method[] =>
  forms.map(([method]) => method).filter(method => isChosen(block[method]))

const isChosen = (value: NodeAddressAutodetection[Method]): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value))

/** The value of IP_AUTODETECTION_METHOD. Undefined: nodes have no address of this family. */
export function autodetectionMethod(block: NodeAddressAutodetection | undefined): string | undefined {
  const [chosen] = methods(block)
  return forms.find(([method]) => method === chosen)?.[1](block ?? {})
}
