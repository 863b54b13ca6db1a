import { describe, expect, test } from 'vitest'
import type { InstallationSpec } from '../../api/installation.ts'
import { specRules } from './validate.ts'

const violations = (spec: InstallationSpec) =>
  specRules.flatMap(({ id, check }) => check(spec).map(({ path, message }) => [id, path, message] as const))
const cni = (logging: object): InstallationSpec => ({ logging: { cni: logging } })
const network = (calicoNetwork: InstallationSpec['calicoNetwork']): InstallationSpec => ({ calicoNetwork })
const at = 'spec.calicoNetwork'
const unwilling = { spec: { minReadySeconds: -1 } }

/** What breaks each rule, and what it is told. */
const broken: Record<string, [spec: InstallationSpec, path: string, message: string][]> = {
  'log-file-count': [
    [cni({ logFileMaxCount: 0 }), 'spec.logging.cni.logFileMaxCount', 'logFileMaxCount should be greater than 0, and is 0'],
  ],
  'log-file-size': [
    [cni({ logFileMaxSize: '100M' }), 'spec.logging.cni.logFileMaxSize', '100M has no binary suffix'],
    [cni({ logFileMaxSize: '0Mi' }), 'spec.logging.cni.logFileMaxSize', '0Mi should be greater than 0'],
  ],
  'log-file-age': [
    [cni({ logFileMaxAgeDays: 0 }), 'spec.logging.cni.logFileMaxAgeDays', 'logFileMaxAgeDays should be greater than 0, and is 0'],
  ],
  'one-nodeAddressAutodetectionV4': [
    [
      network({ nodeAddressAutodetectionV4: { firstFound: true, canReach: 'x', cidrs: ['10.0.0.0/8'] } }),
      `${at}.nodeAddressAutodetectionV4`,
      'no more than one node address autodetection method can be specified per-family, and there are canReach, firstFound, cidrs',
    ],
    [
      network({ nodeAddressAutodetectionV4: { cidrs: ['10.0.0.0/8', '10.0.0.0'] } }),
      `${at}.nodeAddressAutodetectionV4.cidrs[1]`,
      '10.0.0.0 is no range of addresses',
    ],
  ],
  'one-nodeAddressAutodetectionV6': [
    [
      network({ nodeAddressAutodetectionV6: { interface: 'eth0', kubernetes: 'NodeInternalIP' } }),
      `${at}.nodeAddressAutodetectionV6`,
      'no more than one node address autodetection method can be specified per-family, and there are interface, kubernetes',
    ],
  ],
  mtu: [[network({ mtu: -1 }), `${at}.mtu`, '-1 is negative']],
  'policy-timeout': [[network({ linuxPolicySetupTimeoutSeconds: -5 }), `${at}.linuxPolicySetupTimeoutSeconds`, '-5 is negative']],
  'flex-volume-path': [[{ flexVolumePath: 'opt' }, 'spec.flexVolumePath', 'opt is neither an absolute path nor None']],
  'kubelet-path': [[{ kubeletVolumePluginPath: 'none' }, 'spec.kubeletVolumePluginPath', 'none is neither an absolute path nor None']],
  'node-update-strategy': [[{ nodeUpdateStrategy: { type: 'OnDelete' } }, 'spec.nodeUpdateStrategy.type', 'OnDelete is not supported']],
  'node-update-pace': [
    [
      { nodeUpdateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 'many' } } },
      'spec.nodeUpdateStrategy.rollingUpdate.maxUnavailable',
      '"many" is no number of pods',
    ],
    [
      { nodeUpdateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: '10%' } } },
      'spec.nodeUpdateStrategy.rollingUpdate',
      'maxSurge is 10% and maxUnavailable 1',
    ],
  ],
  'control-plane-on-linux': [
    [
      { controlPlaneNodeSelector: { 'kubernetes.io/os': 'windows' } },
      'spec.controlPlaneNodeSelector[kubernetes.io/os]',
      "Calico's control plane runs on Linux, and kubernetes.io/os is windows",
    ],
  ],
  'control-plane-replicas': [
    [{ controlPlaneReplicas: 0 }, 'spec.controlPlaneReplicas', 'installation spec.ControlPlaneReplicas should be greater than 0, and is 0'],
  ],
  'component-resources': [
    [
      {
        componentResources: [
          { componentName: 'Node', resourceRequirements: {} },
          { componentName: 'FelixWindows', resourceRequirements: {} },
        ],
      },
      'spec.componentResources[1].componentName',
      'FelixWindows is not supported',
    ],
  ],
  'non-privileged': [
    [
      { nonPrivileged: 'Enabled' },
      'spec.nonPrivileged',
      'non-privileged Calico is deprecated and cannot be Enabled; please, remove this field from your installation spec',
    ],
  ],
  ...Object.fromEntries(
    (
      [
        'calicoNodeDaemonSet',
        'calicoNodeWindowsDaemonSet',
        'calicoKubeControllersDeployment',
        'typhaDeployment',
        'csiNodeDriverDaemonSet',
      ] as const
    ).map(workload => [`override-${workload}`, [[{ [workload]: unwilling }, `spec.${workload}.spec.minReadySeconds`, '-1 is negative']]]),
  ),
  'one-bpf-init-container': [
    [
      {
        calicoNodeDaemonSet: {
          spec: {
            template: {
              spec: {
                initContainers: [
                  { name: 'mount-bpffs', resources: {} },
                  { name: 'ebpf-bootstrap', resources: {} },
                ],
              },
            },
          },
        },
      },
      'spec.calicoNodeDaemonSet.spec.template.spec.initContainers',
      'mount-bpffs and ebpf-bootstrap are the same container',
    ],
  ],
}

describe.each(Object.keys(broken))('%s', id => {
  test.each(broken[id]!.map(([spec, path, message]) => ({ spec, path, message })))('$message', ({ spec, path, message }) => {
    expect(violations(spec)).toEqual([[id, path, message]])
  })
})

test.each<[string, InstallationSpec]>([
  ['sizes in other binary units', cni({ logFileMaxSize: '1.5Gi' })],
  ['a method that is off beside one that is on', network({ nodeAddressAutodetectionV4: { firstFound: false, canReach: 'example.com' } })],
  ['no method at all', network({ nodeAddressAutodetectionV4: {} })],
  ['an MTU of 0', network({ mtu: 0 })],
  ['paths that are absolute, or None', { flexVolumePath: '/opt', kubeletVolumePluginPath: 'None' }],
  [
    'nodes that run Linux',
    { controlPlaneNodeSelector: { 'kubernetes.io/os': 'linux', 'beta.kubernetes.io/os': 'linux', other: 'windows' } },
  ],
  ['the word that non-privileged is off', { nonPrivileged: 'Disabled' }],
  ['an override for what is no workload any more', { calicoWindowsUpgradeDaemonSet: unwilling }],
  [
    'a surge when none may be missing',
    { nodeUpdateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } },
  ],
  [
    'both names of an init container where only one changes anything',
    {
      calicoNodeDaemonSet: {
        spec: { template: { spec: { initContainers: [{ name: 'mount-bpffs' }, { name: 'ebpf-bootstrap', resources: {} }] } } },
      },
    },
  ],
])('%s may be said', (_, spec) => {
  expect(violations(spec)).toEqual([])
})
