import { describe, expect, test } from 'vitest'
import type { InstallationSpec } from '../../api/installation.ts'
import type { ConfigMap, EndpointSlice, Service } from '../kube/kinds.ts'
import type { Asked } from './facts.ts'
import { reportedMtu } from './mtu.ts'
import { resolve } from './resolve.ts'
import { asking, decided, factsWith, ipPool } from './testdata/asked.ts'
import { heldUp, unready } from './waiting.ts'

describe('the Kubernetes API is found', () => {
  const endpoints = (data?: Record<string, string>) => {
    const servicesEndpoint: ConfigMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kubernetes-services-endpoint' },
      data: data ?? {},
    }
    return decided({}, data ? { servicesEndpoint } : {}).endpoints
  }

  test('where the operator finds it, by pods in the host network', () => {
    expect(endpoints()).toEqual({ host: { host: '10.96.0.1', port: '443' } })
  })

  test('where the user says, by each network', () => {
    const host = { KUBERNETES_SERVICE_HOST: 'api.example.com', KUBERNETES_SERVICE_PORT: '6443' }
    const pod = { KUBERNETES_SERVICE_HOST_POD_NETWORK: 'fd00::1', KUBERNETES_SERVICE_PORT_POD_NETWORK: '8443' }
    expect(endpoints({ ...host, ...pod })).toEqual({
      host: { host: 'api.example.com', port: '6443' },
      pod: { host: 'fd00::1', port: '8443' },
    })
    expect(endpoints(host)).toEqual({ host: { host: 'api.example.com', port: '6443' } })
  })

  test('nowhere when half of it is missing', () => {
    expect(endpoints({ KUBERNETES_SERVICE_HOST: '10.0.0.1' })).toEqual({})
  })
})

describe('the dataplane', () => {
  const dataplane = (calicoNetwork: InstallationSpec['calicoNetwork']) => decided({ calicoNetwork }).dataplane

  test('is iptables when nothing is said', () => {
    expect(dataplane({})).toEqual({ kind: 'iptables' })
    expect(dataplane({ linuxDataplane: 'Nftables' })).toEqual({ kind: 'nftables' })
    expect(dataplane({ linuxDataplane: 'VPP' })).toEqual({ kind: 'vpp' })
    expect(dataplane({ linuxDataplane: 'BPF', bpfNetworkBootstrap: 'Disabled' })).toEqual({ kind: 'bpf' })
  })

  const bootstrap: InstallationSpec = { calicoNetwork: { linuxDataplane: 'BPF', bpfNetworkBootstrap: 'Enabled' } }
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default' },
    spec: { clusterIPs: ['10.96.0.1', 'fd00::1'], ports: [{ port: 443 }, { port: 8443 }] },
  }
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default' },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['172.31.0.1'] }, { addresses: ['172.31.0.2'] }],
    ports: [{ port: 6443 }, {}],
  }

  test('BPF starts by itself with every address and port of the API', () => {
    expect(decided(bootstrap, { apiServer: { service, slices: [slice] } }).dataplane).toEqual({
      kind: 'bpf',
      bootstrap: {
        servicePorts: ['10.96.0.1:443', '10.96.0.1:8443', '[fd00::1]:443', '[fd00::1]:8443'],
        apiServerEndpoints: ['172.31.0.1:6443', '172.31.0.2:6443'],
      },
    })
  })

  test('BPF does not start by itself where the user says how, or nothing is found', () => {
    const servicesEndpoint: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kubernetes-services-endpoint' } }
    const found = { pools: [ipPool('v4', { cidr: '10.0.0.0/16' })], servicesEndpoint, apiServer: { slices: [] } }
    const calico = decided(bootstrap, found)
    const problems = heldUp(calico, factsWith(found))
    expect(problems.map(({ message }) => message)).toEqual([
      'bpfNetworkBootstrap requirements not met: the ConfigMap kubernetes-services-endpoint says where the API is, so it is not to be found out',
      'bpfNetworkBootstrap requirements not met: Service default/kubernetes has no address',
      'bpfNetworkBootstrap requirements not met: no EndpointSlice of Service default/kubernetes has an address',
    ])
    expect(problems.every(({ reason }) => reason === 'ResourceValidationError')).toBe(true)
    expect(unready(asking(bootstrap), factsWith(found), calico), 'all but its pods goes on').toEqual([])
  })
})

describe('Typha', () => {
  const typha = (spec: InstallationSpec) => decided(spec).typha

  test('has five minutes to end, or what the override gives', () => {
    expect(typha({}).gracePeriod).toBe(300)
    expect(typha({ typhaDeployment: { spec: { template: { spec: { terminationGracePeriodSeconds: 0 } } } } }).gracePeriod).toBe(0)
  })

  test('tolerates everything, or exactly what the control plane does, and what the provider needs', () => {
    expect(typha({}).tolerations.map(({ key, effect }) => key ?? effect)).toEqual(['CriticalAddonsOnly', 'NoSchedule', 'NoExecute'])
    expect(typha({ controlPlaneTolerations: [] }).tolerations).toHaveLength(3)
    const asked: InstallationSpec = { kubernetesProvider: 'GKE', controlPlaneTolerations: [{ key: 'mine', operator: 'Exists' }] }
    expect(typha(asked).tolerations.map(({ key }) => key)).toEqual(['mine', 'kubernetes.io/arch'])
  })

  test('is spread over zones, and drawn to nodes as asked, unless what is asked is nothing', () => {
    const preferred = [{ weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } }]
    const zones = { preferredDuringSchedulingIgnoredDuringExecution: [expect.objectContaining({ weight: 1 })] }
    expect(typha({}).affinity).toEqual({ podAntiAffinity: zones })
    expect(typha({ typhaAffinity: {} }).affinity).toEqual({ podAntiAffinity: zones })
    expect(typha({ typhaAffinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } }).affinity).toEqual({
      nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred },
      podAntiAffinity: zones,
    })
    expect(typha({ typhaAffinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } } }).affinity).toBeUndefined()
  })
})

describe('the CNI plugin', () => {
  test('of Calico has its log, host ports and settings', () => {
    const sysctl = [{ key: 'net.ipv4.tcp_keepalive_time' as const, value: '60' }]
    const { cni } = decided({
      calicoNetwork: { containerIPForwarding: 'Enabled', sysctl, linuxPolicySetupTimeoutSeconds: 5 },
      logging: { cni: { logFileMaxSize: '1.5Gi' } },
    })
    expect(cni).toMatchObject({
      type: 'Calico',
      ipam: 'Calico',
      hostPorts: true,
      ipForwarding: true,
      policySetupTimeout: 5,
      sysctl,
      logging: { severity: 'Info', maxSizeMiB: 1536, maxCount: 10, maxAgeDays: 30 },
    })
    expect(cni.interfacePrefix).toBeUndefined()
  })

  test('of a cloud has a prefix of interfaces and no log', () => {
    const { cni } = decided({ cni: { type: 'AzureVNET' } })
    expect(cni).toMatchObject({ type: 'AzureVNET', ipam: 'AzureVNET', interfacePrefix: 'azv', hostPorts: false, policySetupTimeout: 0 })
    expect(Object.values(cni.logging).filter(value => value !== undefined)).toEqual([])
  })

  test('has no settings unless there is a list of them, be it empty', () => {
    expect(decided({}).cni.sysctl).toBeUndefined()
    expect(decided({ calicoNetwork: { sysctl: [] } }).cni.sysctl).toEqual([])
  })
})

describe('calico-node', () => {
  test('has the DNS of the operator', () => {
    expect(decided({}).dns).toEqual({ policy: 'Default' })
    expect(decided({}, { operatorDns: { policy: '' } }).dns.policy).toBe('ClusterFirstWithHostNet')
    const operatorDns = { policy: 'None', config: { nameservers: ['10.0.0.1'] } }
    expect(decided({}, { operatorDns }).dns).toEqual(operatorDns)
  })

  test('has no FlexVolume driver when there shall be none', () => {
    expect(decided({ flexVolumePath: 'None' }).node.flexVolumeDir).toBeUndefined()
    expect(decided({ flexVolumePath: '/x/' }).node.flexVolumeDir).toBe('/x/')
  })

  test('has the AppArmor profile of an annotation', () => {
    const { base }: Asked = asking({})
    base.metadata.annotations = { 'tech-preview.operator.tigera.io/node-apparmor-profile': 'mine' }
    const result = resolve({ base }, factsWith())
    expect('calico' in result && result.calico.node.appArmorProfile).toBe('mine')
  })
})

test('Felix’s settings are those that are set, and else those that will be', () => {
  const felix = { apiVersion: 'projectcalico.org/v3', kind: 'FelixConfiguration', metadata: { name: 'default' } }
  expect(decided({}).felix).toMatchObject({ healthPort: 9099, vxlanVNI: 4096 })
  expect(decided({}, { felix: { ...felix, spec: { healthPort: 9199, vxlanVNI: 5000, cgroupV2Path: '/x' } } }).felix).toEqual({
    healthPort: 9199,
    vxlanVNI: 5000,
    cgroupV2Path: '/x',
  })
})

test('metrics of kube-controllers are served where their configuration says, and 0 is nowhere', () => {
  const port = (prometheusMetricsPort?: number) => {
    const spec = { controllers: {}, ...(prometheusMetricsPort !== undefined && { prometheusMetricsPort }) }
    const kubeControllers = {
      apiVersion: 'projectcalico.org/v3',
      kind: 'KubeControllersConfiguration',
      metadata: { name: 'default' },
      spec,
    }
    return decided({}, { kubeControllers }).kubeControllers.metricsPort
  }
  expect([port(), port(0), port(9094)]).toEqual([undefined, undefined, 9094])
})

test('a family counts when it has an enabled pool in the cluster, whatever is listed', () => {
  const pools = [ipPool('a', { cidr: '10.0.0.0/16', disabled: true }), ipPool('b', { cidr: 'fd00::/64' })]
  expect(decided({ calicoNetwork: { ipPools: [{ cidr: '10.0.0.0/16' }] } }, { pools }).pools).toEqual({ ipv4: false, ipv6: true })
})

test('the Installation is the owner, and may be leaving', () => {
  const asked = asking({})
  asked.base.metadata.uid = 'u'
  asked.base.metadata.deletionTimestamp = '2026-01-01T00:00:00Z'
  const result = resolve(asked, factsWith())
  expect('calico' in result && result.calico).toMatchObject({
    owner: {
      apiVersion: 'operator.tigera.io/v1',
      kind: 'Installation',
      name: 'default',
      uid: 'u',
      controller: true,
      blockOwnerDeletion: true,
    },
    terminating: true,
  })
})

describe('the MTU in status', () => {
  test.each([
    ['is the user’s', 1400, '1450', 1400],
    ['is the user’s, 0 too', 0, '1450', 0],
    ['is what calico-node wrote', undefined, '1450\n', 1450],
    ['is 0 while nothing is known', undefined, undefined, 0],
  ])('%s', (...[, asked, written, mtu]) => {
    expect(reportedMtu(asked, written)).toEqual({ mtu })
  })

  test.each(['', 'many', '-1', '1e3', '4294967296'])('is not read out of %j', written => {
    expect(reportedMtu(undefined, written)).toMatchObject({ problem: { reason: 'ResourceReadError' } })
  })
})
