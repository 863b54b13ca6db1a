/** Several violations as one Installation. Judges nothing. */
import { isMap } from '../../kube/objects.ts'
import type { InstallationSpec, IPPoolSpec } from '../../../api/installation.ts'
import type { Facts } from '../facts.ts'
import type { Violation } from './violations-table.ts'

/** Some violations as one Installation and its cluster; undefined when they say different things of one field. */
export function together(some: readonly Violation[]): { spec: InstallationSpec; facts: Partial<Facts>; paths: string[] } | undefined {
  const leaves = new Map<string, string>()
  for (const [path, value] of some.flatMap(({ spec = {}, facts = {} }) => [...leavesOf(spec, 'spec'), ...leavesOf(facts, 'facts')])) {
    if ((leaves.get(path) ?? value) !== value) return undefined
    leaves.set(path, value)
  }
  const offsets = some.map((_, index) => some.slice(0, index).reduce((sum, { pools = [] }) => sum + pools.length, 0))
  const pools = some.flatMap(each => (each.pools ?? []) as IPPoolSpec[])
  const spec = some.reduce((sum, each) => merged(sum, each.spec ?? {}), {}) as InstallationSpec
  return {
    spec: pools.length > 0 ? { ...spec, calicoNetwork: { ...spec.calicoNetwork, ipPools: pools } } : spec,
    facts: some.reduce((sum, each) => ({ ...sum, ...each.facts }), {}),
    paths: some.map(({ path }, index) => path.replace(/@(\d+)/, (_, own: string) => String(Number(own) + offsets[index]!))),
  }
}

/** Lists count as one value: they are never joined. Of a map that is one already, neither is it a leaf nor are its fields. */
const leavesOf = (value: object, path: string): [string, string][] =>
  Object.entries(value).flatMap(([name, inner]): [string, string][] => {
    const at = `${path}.${name}`
    return isMap(inner) && Object.keys(inner).length > 0 && !isOne(name) ? leavesOf(inner, at) : [[at, JSON.stringify(inner)]]
  })

/** Of its fields one is chosen, so they mean something only together. */
const isOne = (field: string): boolean => field.startsWith('nodeAddressAutodetection')

const merged = (one: object, other: object): object =>
  Object.entries(other).reduce<object>((sum, [name, value]) => {
    const there = Reflect.get(sum, name)
    return { ...sum, [name]: isMap(there) && isMap(value) ? merged(there, value) : value }
  }, one)
