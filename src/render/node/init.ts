/** What runs on a node before calico-node does (spec/installation-render.md §6.3 to §6.5). The order is part of the contract: each builds on the one before. */
import type { Calico } from '../../installation/calico.ts'
import type { Container } from '../../kube/kinds.ts'
import { apiServerEnv, container } from '../parts/container.ts'
import { calicoSystem } from '../parts/places.ts'
import { present } from '../parts/present.ts'
import { privileged } from '../parts/security.ts'
import { cniConfigName } from './cni-config.ts'
import { dataplaneParts } from './dataplane.ts'
import type { NodeKeys } from './keys.ts'

export const initContainers = (calico: Calico, { client }: NodeKeys): Container[] =>
  present(
    client.initContainer?.({ namespace: calicoSystem, securityContext: privileged }),
    calico.node.flexVolumeDir !== undefined && flexVolumeDriver(calico),
    ebpfBootstrap(calico),
    calico.cni.managed && installCni(calico),
  )

const flexVolumeDriver = (calico: Calico): Container =>
  container('flexvol-driver', {
    image: calico.image('flexVolume'),
    securityContext: privileged,
    volumeMounts: [{ name: 'flexvol-driver-host', mountPath: '/host/driver' }],
    env: {},
  })

function ebpfBootstrap(calico: Calico): Container {
  const { command, env } = dataplaneParts(calico).bootstrap
  return container('ebpf-bootstrap', {
    image: calico.image('node'),
    command,
    securityContext: privileged,
    // Bidirectional, so that the file systems mounted here are there for the node and for calico-node.
    volumeMounts: [
      { name: 'sys-fs', mountPath: '/sys/fs', mountPropagation: 'Bidirectional' },
      { name: 'var-run-calico', mountPath: '/var/run/calico', mountPropagation: 'Bidirectional' },
      { name: 'nodeproc', mountPath: '/nodeproc', readOnly: true },
    ],
    env: { ...env, CALICO_CGROUP_PATH: calico.felix.cgroupV2Path },
  })
}

const installCni = (calico: Calico): Container =>
  container('install-cni', {
    image: calico.image('cni'),
    command: ['/opt/cni/bin/install'],
    securityContext: privileged,
    volumeMounts: [
      { name: 'cni-bin-dir', mountPath: '/host/opt/cni/bin' },
      { name: 'cni-net-dir', mountPath: '/host/etc/cni/net.d' },
    ],
    env: {
      CNI_CONF_NAME: '10-calico.conflist',
      SLEEP: false,
      CNI_NET_DIR: calico.cni.confDir,
      CNI_NETWORK_CONFIG: { configMapKeyRef: { name: cniConfigName, key: 'config' } },
      ...apiServerEnv(calico.endpoints.host),
    },
  })
