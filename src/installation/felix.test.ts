import { describe, expect, test } from 'vitest'
import type { InstallationSpec } from '../../api/installation.ts'
import type { DaemonSet } from '../kube/kinds.ts'
import type { Facts } from './facts.ts'
import { bgpFields, felixFields } from './felix.ts'
import type { FelixConfiguration } from './kinds.ts'
import { decided, factsWith } from './testdata/asked.ts'

const fields = (spec: InstallationSpec, facts: Partial<Facts> = {}) => felixFields(decided(spec, facts), factsWith(facts))
const withDataplane = (linuxDataplane: 'Iptables' | 'BPF' | 'VPP' | 'Nftables', more: InstallationSpec = {}): InstallationSpec => ({
  ...more,
  calicoNetwork: { ...more.calicoNetwork, linuxDataplane },
})
const annotation = 'operator.tigera.io/bpfEnabled'

describe('filled in where nobody set them', () => {
  test('are the ports and the VNI', () => {
    expect(fields({}).claim).toEqual({ healthPort: 9099, vxlanVNI: 4096, vxlanPort: 4789 })
    expect(fields({ kubernetesProvider: 'OpenShift' }).claim.healthPort).toBe(9199)
  })

  test('is what Docker Enterprise needs', () => {
    expect(fields({ kubernetesProvider: 'DockerEnterprise' }).claim).toEqual({ healthPort: 9099, vxlanVNI: 10000, vxlanPort: 4789 })
    expect(fields(withDataplane('BPF', { kubernetesProvider: 'DockerEnterprise' })).claim).toMatchObject({
      vxlanPort: 8472,
      bpfHostConntrackBypass: false,
    })
  })

  test('is where programs in pods ask for their policies, once Gateways were asked for', () => {
    const felix = (policySyncPathPrefix?: string): FelixConfiguration => ({
      apiVersion: 'projectcalico.org/v3',
      kind: 'FelixConfiguration',
      metadata: { name: 'default' },
      spec: { policySyncPathPrefix },
    })
    expect(fields({}, { felix: felix() }).claim).not.toHaveProperty('policySyncPathPrefix')
    expect(fields({}, { gateways: true }).claim).toMatchObject({ policySyncPathPrefix: '/var/run/nodeagent' })
    expect(fields({}, { felix: felix('/var/run/nodeagent') }).claim).toMatchObject({ policySyncPathPrefix: '/var/run/nodeagent' })
    expect(fields({}, { felix: felix('/elsewhere') }).claim).not.toHaveProperty('policySyncPathPrefix')
  })

  test('are routing tables that the plugins of clouds leave free', () => {
    expect(fields({ cni: { type: 'AmazonVPC' } }).claim.routeTableRange).toEqual({ min: 65, max: 99 })
    expect(fields({ cni: { type: 'GKE' } }).claim.routeTableRange).toEqual({ min: 10, max: 250 })
    expect(fields({ cni: { type: 'AzureVNET' } }).claim.routeTableRange).toBeUndefined()
    const felix: FelixConfiguration = {
      apiVersion: 'projectcalico.org/v3',
      kind: 'FelixConfiguration',
      metadata: { name: 'default' },
      spec: { routeTableRanges: [{ min: 1, max: 9 }] },
    }
    expect(fields({ cni: { type: 'GKE' } }, { felix }).claim.routeTableRange).toBeUndefined()
  })
})

describe('enforced', () => {
  test.each([
    ['Iptables', 'Disabled'],
    ['VPP', 'Disabled'],
    ['Nftables', 'Auto'],
    ['BPF', 'Enabled'],
  ] as const)('with the dataplane %s is nftablesMode %s', (dataplane, mode) => {
    expect(fields(withDataplane(dataplane)).enforce.nftablesMode).toBe(mode)
  })

  test('is who programs routes, when the user chooses: one of both', () => {
    const routing = (clusterRoutingMode: 'Felix' | 'BIRD' | undefined) => {
      const calico = decided({ calicoNetwork: { ...(clusterRoutingMode && { clusterRoutingMode }) } })
      return [felixFields(calico, factsWith()).enforce.programClusterRoutes, bgpFields(calico).programClusterRoutes]
    }
    expect(routing('Felix')).toEqual(['Enabled', 'Disabled'])
    expect(routing('BIRD')).toEqual(['Disabled', 'Enabled'])
    expect(routing(undefined)).toEqual([undefined, undefined])
  })
})

const felixWith = (bpfEnabled: boolean | undefined, set?: string): FelixConfiguration => ({
  apiVersion: 'projectcalico.org/v3',
  kind: 'FelixConfiguration',
  metadata: { name: 'default', ...(set && { annotations: { [annotation]: set } }) },
  spec: { ...(bpfEnabled !== undefined && { bpfEnabled }) },
})

const calicoNode = (state: 'rolling' | 'rolled out', { volume = 'bpffs', env }: { volume?: string; env?: string } = {}): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'calico-node', namespace: 'calico-system', generation: 2 },
  spec: {
    selector: {},
    template: {
      spec: {
        volumes: [{ name: volume }],
        containers: [{ name: 'calico-node', ...(env && { env: [{ name: 'FELIX_BPFENABLED', value: env }] }) }],
      },
    },
  },
  status: {
    observedGeneration: 2,
    currentNumberScheduled: 3,
    desiredNumberScheduled: 3,
    numberMisscheduled: 0,
    numberReady: 3,
    updatedNumberScheduled: state === 'rolling' ? 2 : 3,
    numberAvailable: 3,
  },
})

describe('BPF', () => {
  const bpf = withDataplane('BPF')
  const switched = (spec: InstallationSpec, facts: Partial<Facts>) => {
    const { enforce, annotations, problems } = fields(spec, facts)
    return problems.length > 0 ? problems.map(({ message }) => message) : [enforce.bpfEnabled, annotations[annotation]]
  }

  test.each<[string, InstallationSpec, Partial<Facts>, unknown[]]>([
    ['is off, and is said to be off, where it is not wanted', {}, {}, [false, 'false']],
    ['is on at once in a new cluster', bpf, {}, [true, 'true']],
    [
      'waits in a cluster that is being taken over',
      bpf,
      { migratingNamespace: true, calicoNode: calicoNode('rolled out') },
      [undefined, undefined],
    ],
    [
      'goes on in one that is taken over from a calico-node that has it by its variable, whatever the field says',
      bpf,
      { migratingNamespace: true, predecessor: calicoNode('rolled out', { env: 'true' }), felix: felixWith(false) },
      [true, 'true'],
    ],
    [
      'waits while pods are replaced by such as are made for it',
      bpf,
      { calicoNode: calicoNode('rolling'), felix: felixWith(false, 'false') },
      [false, 'false'],
    ],
    [
      'waits for pods that are made for it',
      bpf,
      { calicoNode: calicoNode('rolled out', { volume: 'other' }), felix: felixWith(false, 'false') },
      [false, 'false'],
    ],
    [
      'is on when all pods are made for it',
      bpf,
      { calicoNode: calicoNode('rolled out'), felix: felixWith(false, 'false') },
      [true, 'true'],
    ],
    ['stays on', bpf, { calicoNode: calicoNode('rolling'), felix: felixWith(true, 'true') }, [true, 'true']],
    [
      'is on where an older operator has it on',
      bpf,
      { calicoNode: calicoNode('rolling', { env: 'True' }), felix: felixWith(undefined) },
      [true, 'true'],
    ],
    ['is switched off', {}, { felix: felixWith(true, 'true') }, [false, 'false']],
    ['stays as it is while the pods that do without it are held up', {}, { felix: felixWith(true, 'true'), goldmane: {} }, [true, 'true']],
    ['is not spoken of before there are pods', {}, { goldmane: {} }, [undefined, undefined]],
    ['is the user’s where the user set it to what is wanted', {}, { felix: felixWith(false) }, [undefined, undefined]],
    ['is the user’s also when it is on', bpf, { felix: felixWith(true) }, [undefined, undefined]],
    [
      'is left as the user set it, and said to be so',
      {},
      { felix: felixWith(true) },
      ['Error updating resource: bpfEnabled is true, which the operator did not set, and is to be false'],
    ],
    [
      'is left as the user changed it after the operator',
      bpf,
      { felix: felixWith(false, 'true') },
      ['Error updating resource: bpfEnabled is false, which the operator did not set, and is to be true'],
    ],
    [
      'is not guessed from what is neither true nor false',
      bpf,
      { calicoNode: calicoNode('rolled out', { env: 'maybe' }) },
      ['FELIX_BPFENABLED is "maybe", which is neither true nor false'],
    ],
    [
      'is not guessed from a word that every object knows either',
      bpf,
      { calicoNode: calicoNode('rolled out', { env: 'constructor' }) },
      ['FELIX_BPFENABLED is "constructor", which is neither true nor false'],
    ],
  ])('%s', (...[, spec, facts, result]) => {
    expect(switched(spec, facts)).toEqual(result)
  })

  test('what a user has set otherwise is told, and stays apart from what the operator had set', () => {
    const { enforce, annotations, problems } = fields(bpf, { calicoNode: calicoNode('rolled out'), felix: felixWith(false, 'true') })
    expect([enforce.bpfEnabled, annotations[annotation]]).toEqual([undefined, 'true'])
    expect(problems).toMatchObject([{ reason: 'ResourceUpdateError', path: 'spec.bpfEnabled' }])
  })

  test('is the operator’s also where the aggregated API keeps annotations in one annotation', () => {
    const felix = felixWith(true)
    felix.metadata.annotations = { 'projectcalico.org/metadata': JSON.stringify({ annotations: { [annotation]: 'true' } }) }
    expect(switched({}, { felix })).toEqual([false, 'false'])
  })
})
