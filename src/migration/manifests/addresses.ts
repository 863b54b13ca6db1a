/** How the manifest's calico-node finds the addresses of its node (spec/namespace-migration.md §A.3.9, points 4 to 6). Pure. */
import type { InstallationSpec, NodeAddressAutodetection } from '../../../api/installation.ts'
import type { Examination } from './examination.ts'

type Detection = NodeAddressAutodetection | undefined

export function addresses(seen: Examination): InstallationSpec {
  const four = seen.value('IP')
  const six = seen.value('IP6')
  const v4 = detectionV4(seen, four)
  const v6 = detectionV6(seen, six)
  if (six === 'autodetect' && four === 'none') routerId(seen)
  return { calicoNetwork: { ...(v4 && { nodeAddressAutodetectionV4: v4 }), ...(v6 && { nodeAddressAutodetectionV6: v6 }) } }
}

function detectionV4(seen: Examination, value: string | undefined): Detection {
  const variable = 'IP_AUTODETECTION_METHOD'
  if (value === 'none') {
    seen.ignore([variable])
    return undefined
  }
  if (value !== undefined && value !== 'autodetect') {
    seen.refuse({
      path: seen.pathOf('IP'),
      message: `IP is ${JSON.stringify(value)}, and only autodetect and none can be taken over`,
      remedy: 'Set it to autodetect, and say how in IP_AUTODETECTION_METHOD',
    })
  }
  return detection(seen, variable)
}

function detectionV6(seen: Examination, value: string | undefined): Detection {
  const variable = 'IP6_AUTODETECTION_METHOD'
  if (value === 'autodetect') {
    supportIs(seen, 'true')
    return detection(seen, variable) ?? { firstFound: true }
  }
  if (value === 'none') {
    const method = seen.value(variable)
    if (method !== undefined && method !== 'none') {
      const message = `${variable} is ${JSON.stringify(method)} although IP6 is none`
      seen.refuse({ path: seen.pathOf(variable), message, remedy: 'Remove it' })
    }
  } else if (value !== undefined) {
    seen.refuse({
      path: seen.pathOf('IP6'),
      message: `IP6 is ${JSON.stringify(value)}, and only autodetect and none can be taken over`,
      remedy: 'Set it to autodetect, and say how in IP6_AUTODETECTION_METHOD',
    })
  }
  supportIs(seen, 'false')
  return undefined
}

/** Absent is as good. */
function supportIs(seen: Examination, wanted: 'true' | 'false'): void {
  const variable = 'FELIX_IPV6SUPPORT'
  const value = seen.value(variable)
  if (value === undefined || value.toLowerCase() === wanted) return
  const message = `${variable} is ${JSON.stringify(value)}, which does not go with IP6`
  seen.refuse({ path: seen.pathOf(variable), message, remedy: `Set it to ${wanted}, or remove it` })
}

const withText: Readonly<Record<string, (text: string) => NodeAddressAutodetection>> = {
  interface: text => ({ interface: text }),
  'can-reach': text => ({ canReach: text }),
  'skip-interface': text => ({ skipInterface: text }),
  cidr: text => ({ cidrs: text.split(',') }),
}

function detection(seen: Examination, variable: string): Detection {
  const method = seen.value(variable)
  if (method === undefined) return undefined
  if (method === '' || method === 'first-found') return { firstFound: true }
  if (method === 'kubernetes-internal-ip') return { kubernetes: 'NodeInternalIP' }
  const [, name = '', text = ''] = /^([^=]*)=(.*)$/.exec(method) ?? []
  const known = withText[name]
  if (known) return known(text)
  seen.refuse({
    path: seen.pathOf(variable),
    message: `${variable} is ${JSON.stringify(method)}, which is not known here`,
    remedy: 'Use first-found, kubernetes-internal-ip, interface=, can-reach=, skip-interface= or cidr=',
  })
  return undefined
}

/** Without IPv4 addresses BGP needs another number for each node, and what made it must be what will make it. */
function routerId(seen: Examination): void {
  const variable = 'CALICO_ROUTER_ID'
  const value = seen.value(variable)
  const bgp = (seen.value('CALICO_NETWORKING_BACKEND') || 'bird') === 'bird'
  if (value === undefined || (bgp && value === 'hash')) return
  const message = `${variable} is ${JSON.stringify(value)}, which is not taken over`
  seen.refuse({ path: seen.pathOf(variable), message, remedy: bgp ? 'Set it to hash, or remove it' : 'Remove it' })
}
