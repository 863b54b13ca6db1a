/** What calico-node sees of its node (spec/installation-render.md §6.7). The order of mounts is that before the last sorting. */
import type { Calico } from '../../installation/calico.ts'
import type { Volume, VolumeMount } from '../../kube/kinds.ts'
import { present } from '../parts/present.ts'
import { configMapFiles, hostPath } from '../parts/volumes.ts'
import { dataplaneParts } from './dataplane.ts'
import type { NodeKeys } from './keys.ts'

export const birdTemplates = 'bird-templates'
export const bgpLayout = 'bgp-layout'
/** What calico-node brings the node's own addresses up from, before there is a network. */
export const earlyNetworking = '/etc/calico/early-networking.yaml'

/** On every node, whatever it runs. */
export const commonVolumes = ({ client, trust }: NodeKeys): Volume[] => [
  hostPath('lib-modules', '/lib/modules'),
  hostPath('xtables-lock', '/run/xtables.lock', 'FileOrCreate'),
  hostPath('policysync', '/var/run/nodeagent', 'DirectoryOrCreate'),
  trust.volume,
  client.volume,
  hostPath('var-run-calico', '/var/run/calico', 'DirectoryOrCreate'),
  hostPath('var-lib-calico', '/var/lib/calico', 'DirectoryOrCreate'),
]

export const volumes = (calico: Calico, keys: NodeKeys): Volume[] => [
  ...commonVolumes(keys),
  hostPath('sys-fs', '/sys/fs', 'DirectoryOrCreate'),
  hostPath('bpffs', '/sys/fs/bpf', 'Directory'),
  hostPath('nodeproc', '/proc'),
  ...dataplaneParts(calico).volumes,
  ...present(
    calico.cni.managed && hostPath('cni-bin-dir', calico.cni.binDir, 'DirectoryOrCreate'),
    calico.cni.managed && hostPath('cni-net-dir', calico.cni.confDir),
    calico.cni.managed && hostPath('cni-log-dir', '/var/log/calico/cni'),
    calico.node.flexVolumeDir !== undefined &&
      hostPath('flexvol-driver-host', `${calico.node.flexVolumeDir}nodeagent~uds`, 'DirectoryOrCreate'),
    calico.birdTemplates !== undefined && configMapFiles(birdTemplates),
    calico.bgpLayout !== undefined && configMapFiles(bgpLayout),
  ),
]

export const mounts = (calico: Calico, { client, trust }: NodeKeys): VolumeMount[] => [
  ...trust.mounts,
  { name: 'lib-modules', mountPath: '/lib/modules', readOnly: true },
  { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
  { name: 'policysync', mountPath: '/var/run/nodeagent' },
  { name: 'var-run-calico', mountPath: '/var/run/calico' },
  { name: 'var-lib-calico', mountPath: '/var/lib/calico' },
  { name: 'bpffs', mountPath: '/sys/fs/bpf' },
  client.mount,
  ...dataplaneParts(calico).mounts,
  ...present(
    calico.cni.managed && { name: 'cni-log-dir', mountPath: '/var/log/calico/cni' },
    calico.cni.managed && { name: 'cni-net-dir', mountPath: '/host/etc/cni/net.d' },
  ),
  ...templates(calico),
  ...present(
    calico.bgpLayout !== undefined && { name: bgpLayout, mountPath: earlyNetworking, subPath: 'earlyNetworkConfiguration', readOnly: true },
  ),
]

/** The user's BIRD templates by file name; undefined when there are none, even if there is a ConfigMap for them. */
export function templatesOf({ birdTemplates: source }: Calico): Record<string, string> | undefined {
  return source?.data && Object.keys(source.data).length > 0 ? source.data : undefined
}

/** Each template in the place of the built-in one. */
const templates = (calico: Calico): VolumeMount[] =>
  Object.keys({ ...templatesOf(calico) })
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(key => ({ name: birdTemplates, mountPath: `/etc/calico/confd/templates/${key}`, subPath: key, readOnly: true }))
