/** Which MTU the manifest gives to interfaces: all places that say so must say the same (spec/namespace-migration.md §A.3.11). Pure. */
import { templateMtu } from './cni-config.ts'
import { cniInstaller, type Examination, type Place, type Taken } from './examination.ts'

const tunnels = ['FELIX_IPINIPMTU', 'FELIX_VXLANMTU', 'FELIX_VXLANMTUV6', 'FELIX_WIREGUARDMTU', 'FELIX_WIREGUARDMTUV6']

/** What the installer of the CNI plugin writes when nobody says anything. */
const usual = '1500'

interface Said {
  readonly by: string
  readonly path: string
  readonly value: number
}

export function mtu(seen: Examination): Taken {
  const said = [...tunnels.map(variable => saidBy(seen, variable)), ofCni(seen)].filter(each => each !== undefined)
  const [first, ...others] = said
  if (!first) return {}
  for (const { by, path, value } of others.filter(other => other.value !== first.value)) {
    const message = `${by} is ${value}, and ${first.by} is ${first.value}: there is one MTU for all`
    seen.refuse({ path, message, remedy: 'Set both to the same' })
  }
  return { spec: { calicoNetwork: { mtu: first.value } } }
}

function saidBy(seen: Examination, variable: string, { otherwise, ...place }: Place & { otherwise?: string } = {}): Said | undefined {
  const value = seen.value(variable, place) ?? otherwise
  if (value === undefined) return undefined
  const path = seen.pathOf(variable, place)
  if (/^\d+$/.test(value)) return { by: variable, path, value: Number(value) }
  seen.refuse({ path, message: `${variable} is ${JSON.stringify(value)}, which is no number`, remedy: 'Write a number' })
  return undefined
}

/** A configuration without one finds it out, which is what 0 says. */
function ofCni(seen: Examination): Said | undefined {
  const { calico } = seen.cni
  if (!calico) return undefined
  if (calico.mtu === templateMtu) return saidBy(seen, 'CNI_MTU', { ...cniInstaller, otherwise: usual })
  return { by: 'mtu of the CNI configuration', path: seen.cniPath, value: Number(calico.mtu ?? 0) }
}
