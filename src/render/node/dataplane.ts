/** What the dataplane changes about calico-node: one exhaustive switch, met nowhere else in this folder. */
import type { Calico } from '../../installation/calico.ts'
import type { Volume, VolumeMount } from '../../kube/kinds.ts'
import type { Json } from '../../kube/objects.ts'
import type { Env } from '../parts/container.ts'
import { hostPath } from '../parts/volumes.ts'

interface DataplaneParts {
  /** Stands at the end of CLUSTER_TYPE, with its comma. */
  clusterType: string
  env: Env
  /** Prepares the kernel for eBPF; where eBPF is not in use, failing is no obstacle. */
  bootstrap: { command: string[]; env: Env }
  /** Whether BIRD makes the routes when BGP is on. */
  bird: boolean
  volumes: Volume[]
  mounts: VolumeMount[]
  /** Of the CNI plugin. */
  cniOptions?: Json
}

const init = ['calico-node', '-init']

const kernel: DataplaneParts = {
  clusterType: '',
  env: {},
  bootstrap: { command: [...init, '-best-effort'], env: {} },
  bird: true,
  volumes: [],
  mounts: [],
}

const plugins = '/usr/local/bin/felix-plugins'

/** VPP is a program beside calico-node: Felix and the CNI plugin hand over to it, and it makes the routes itself. */
const vpp = (felixEnv: Env): DataplaneParts => ({
  ...kernel,
  clusterType: ',vpp',
  env: {
    FELIX_USEINTERNALDATAPLANEDRIVER: false,
    FELIX_DATAPLANEDRIVER: `${plugins}/felix-api-proxy`,
    FELIX_XDPENABLED: false,
    ...felixEnv,
  },
  bird: false,
  volumes: [hostPath('felix-plugins', '/var/lib/calico/felix-plugins')],
  mounts: [{ name: 'felix-plugins', mountPath: plugins, readOnly: true }],
  cniOptions: { type: 'grpc', socket: 'unix:///var/run/calico/cni-server.sock' },
})

/** How calico-node moves packets. That eBPF or nftables is in use, Felix learns from its FelixConfiguration (spec/installation-render.md §6.6). */
export function dataplaneParts({ dataplane, provider }: Calico): DataplaneParts {
  switch (dataplane.kind) {
    case 'iptables':
    case 'nftables':
      return kernel
    case 'vpp':
      return vpp(provider.vppEnv)
    case 'bpf':
      return {
        ...kernel,
        bootstrap: {
          command: init,
          env: {
            KUBERNETES_SERVICE_IPS_PORTS: dataplane.bootstrap?.servicePorts.join(','),
            KUBERNETES_APISERVER_ENDPOINTS: dataplane.bootstrap?.apiServerEndpoints.join(','),
          },
        },
      }
  }
}
