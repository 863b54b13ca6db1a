/** Which of the pools that are there the Installation lists from now on (spec/namespace-migration.md §A.3.12). Pure; the pools themselves are left as they are. */
import type { IPPoolSpec as Pool } from '../../../api/installation.ts'
import { familyOf, parseCidr } from '../../installation/cidr.ts'
import type { IPPool } from '../../installation/kinds.ts'
import { foundPool } from '../../installation/pools/convert.ts'
import { refOf } from '../../kube/objects.ts'
import type { Examination, Taken } from './examination.ts'

type Family = 'IPv4' | 'IPv6'

export function pools(seen: Examination): Taken {
  const used = seen.manifest.pools.filter(({ spec }) => spec?.disabled !== true)
  for (const pool of used.filter(({ spec }) => !parseCidr(spec?.cidr ?? ''))) {
    const message = `cidr is ${JSON.stringify(pool.spec?.cidr)}, which is no range of addresses`
    seen.refuse({ in: refOf(pool), path: 'spec.cidr', message, remedy: 'Write a range, or delete the pool' })
  }
  const chosen = asked(seen, { IPv4: chosenOf(used, 'IPv4'), IPv6: chosenOf(used, 'IPv6') })
  const ipPools = chosen.flatMap(pool => converted(seen, pool))
  return ipPools.length > 0 ? { spec: { calicoNetwork: { ipPools } } } : {}
}

/** The one that everybody knows, else the first. */
function chosenOf(pools: readonly IPPool[], family: Family): IPPool | undefined {
  const ofFamily = pools.filter(({ spec }) => parseCidr(spec?.cidr ?? '') && familyOf(spec?.cidr ?? '') === family)
  return ofFamily.find(({ metadata: { name } }) => name.startsWith(`default-${family.toLowerCase()}`)) ?? ofFamily[0]
}

/** Calico's IPAM says for itself of which families it gives addresses. */
function asked(seen: Examination, { IPv4, IPv6 }: Record<Family, IPPool | undefined>): IPPool[] {
  const all = [IPv4, IPv6].filter(pool => pool !== undefined)
  const ipam = seen.cni.calico?.ipam
  if (ipam?.type !== 'calico-ipam') return all
  const path = seen.cniPath
  const missing = (family: Family, field: string) =>
    seen.refuse({
      path,
      message: `${field} asks for ${family} addresses, and there is no ${family} pool`,
      remedy: `Create an IPPool, or change ${field}`,
    })
  const four = ipam.assign_ipv4 === undefined || isTrue(ipam.assign_ipv4)
  const six = isTrue(ipam.assign_ipv6)
  if (four && !IPv4) missing('IPv4', 'assign_ipv4')
  if ((six || !four) && !IPv6) missing('IPv6', six ? 'assign_ipv6' : 'assign_ipv4: false')
  if (four && !six && IPv6) {
    const message = `IPPool ${IPv6.metadata.name} is of IPv6, and assign_ipv6 does not ask for such addresses`
    seen.refuse({ path, message, remedy: 'Set assign_ipv6 to true, or disable the pool' })
  }
  return four ? all : all.filter(pool => pool === IPv6)
}

/** The plugin takes it as a word or as a text. */
const isTrue = (value: unknown): boolean => String(value).toLowerCase() === 'true'

/** Its name is found again by its range. */
function converted(seen: Examination, object: IPPool): Pool[] {
  const { ipipMode = 'Never', vxlanMode = 'Never', blockSize, assignmentMode } = object.spec ?? {}
  if (ipipMode !== 'Never' && vxlanMode !== 'Never') {
    const message = `ipipMode is ${ipipMode} and vxlanMode ${vxlanMode}`
    seen.refuse({ in: refOf(object), path: 'spec.ipipMode', message, remedy: 'Set one of them to Never' })
    return []
  }
  const { cidr, encapsulation, natOutgoing, nodeSelector, disableBGPExport } = foundPool(object).pool
  return [
    {
      ...{ cidr, encapsulation, natOutgoing, nodeSelector, disableBGPExport },
      ...(blockSize && { blockSize }),
      ...(assignmentMode && { assignmentMode: assignmentMode as Pool['assignmentMode'] }),
    },
  ]
}
