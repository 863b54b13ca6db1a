/** Changes of an installation by manifest that several tests make. Judges nothing. */
import type { Parts } from './manifest-install.ts'

export type Change = (parts: Parts) => void

export const both =
  (...changes: Change[]): Change =>
  parts => {
    for (const change of changes) change(parts)
  }
export const set =
  (name: string, value: Parameters<Parts['set']>[1]): Change =>
  parts =>
    parts.set(name, value)
export const endpoint: Change = ({ objects, config }) =>
  void objects.push({
    ...config,
    metadata: { name: 'kubernetes-services-endpoint', namespace: 'kube-system' },
    ...{ data: { KUBERNETES_SERVICE_HOST: '10.0.0.9', KUBERNETES_SERVICE_PORT: '6443' } },
  })
export const sixPool: Change = ({ objects, pool }) =>
  void objects.push({ ...pool, metadata: { name: 'default-ipv6-ippool' }, ...{ spec: { cidr: 'fd00:10::/64', blockSize: 122 } } })
export const typha =
  (change: (typha: Parts['typha']) => void): Change =>
  parts => {
    change(parts.typha)
    parts.objects.push(parts.typha)
  }
export const hostLocal =
  (ipam: object): Change =>
  parts =>
    parts.cni(plugin => {
      plugin.ipam = { type: 'host-local', subnet: 'usePodCidr', ...ipam }
    })

export function addFlexVolume({ spec }: Parts['node'], withInstaller: boolean): void {
  const pod = spec!.template.spec!
  pod.volumes!.push({ name: 'flexvol-driver-host', hostPath: { path: '/flex' } })
  if (withInstaller) pod.initContainers!.push({ name: 'flexvol-driver', image: 'x' })
}
