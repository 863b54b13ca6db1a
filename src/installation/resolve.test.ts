import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { InstallationSpec } from '../../api/installation.ts'
import { readerOf } from '../../test/reader.ts'
import type { KubeObject } from '../kube/objects.ts'
import { readFacts } from './read.ts'
import { resolve } from './resolve.ts'
import { asking, decided, factsWith, problemsOf, resolving } from './testdata/asked.ts'
import { withoutPullSecrets } from './waiting.ts'

interface Case {
  name: string
  input: KubeObject[]
}
interface Verdict {
  name: string
  tigerastatuses?: Record<string, { type: string; status: string; reason: string; message: string }[]>
}

const recording = (file: string) => JSON.parse(readFileSync(join(import.meta.dirname, '../../test/parity/scenarios/invalid', file), 'utf8'))
const cases: Case[] = recording('scenario.json').cases
const verdicts: Verdict[] = recording('expected.json').cases

/** What the reference said against an input, and of whom. */
const refusal = (name: string, status: string): string | undefined =>
  verdicts
    .find(verdict => verdict.name === name)
    ?.tigerastatuses?.[status]?.find(
      ({ type, status, reason }) => type === 'Degraded' && status === 'True' && reason !== 'ResourceNotReady',
    )?.message

describe('what the reference refuses is refused in its words', () => {
  const judged = cases.filter(
    ({ name, input }) => verdicts.find(verdict => verdict.name === name)?.tigerastatuses && input[0]?.kind === 'Installation',
  )

  test('in all recorded cases that the schema lets through', () => {
    expect(judged.length).toBe(20)
  })

  test.each(judged.map(({ name, input }) => ({ name, input })))('$name', async ({ name, input }) => {
    const asked = asking((input[0] as KubeObject & { spec: InstallationSpec }).spec)
    const { environment, nodes } = factsWith()
    const facts = { ...(await readFacts(readerOf(input), environment, asked)), nodes }
    const result = resolve(asked, facts)
    const missing = withoutPullSecrets(asked, facts)

    const ofInstallation = refusal(name, 'calico')?.match(/^(?:Invalid Installation provided: )?(.*)$/)?.[1]
    const ofPools = refusal(name, 'ippools')?.match(/^error validating IP pool configuration: (.*)$/)?.[1]
    const said = [...problemsOf(result).map(({ message }) => message), ...missing.map(({ message }) => message)]
    const waitsForPools = ofInstallation === 'waiting for enabled IP pools to be created'
    expect('problems' in result).toBe(ofInstallation !== undefined && !waitsForPools && missing.length === 0)
    const expected = waitsForPools ? ofPools : ofInstallation
    if (expected === undefined) expect(said).toEqual([])
    else expect(said.some(message => message.startsWith(expected))).toBe(true)
  })
})

test('nothing asked of an empty cluster is no problem', () => {
  expect(problemsOf(resolving({}))).toEqual([])
})

test('all violations are told at once, each with its field and a remedy', () => {
  const result = resolving({
    variant: 'TigeraSecureEnterprise',
    cni: { type: 'AmazonVPC', ipam: { type: 'Calico' } },
    kubernetesProvider: 'GKE',
    controlPlaneReplicas: 0,
    flexVolumePath: 'relative',
    azure: {},
    calicoNetwork: {
      hostPorts: 'Enabled',
      mtu: -1,
      nodeAddressAutodetectionV4: { firstFound: true, cidrs: ['10.0.0.0'] },
      ipPools: [{ cidr: '10.0.0.0/16', encapsulation: 'VXLAN' }],
    },
    typhaDeployment: { spec: { template: { spec: { tolerations: [{ effect: 'Sometimes' }] } } } },
  })
  expect('problems' in result && result.problems.map(({ path }) => path)).toEqual([
    'spec.variant',
    'spec.cni.ipam.type',
    'spec.cni.type',
    'spec.calicoNetwork.hostPorts',
    'spec.azure',
    'spec.calicoNetwork.ipPools[0].encapsulation',
    'spec.calicoNetwork.nodeAddressAutodetectionV4',
    'spec.calicoNetwork.nodeAddressAutodetectionV4.cidrs[0]',
    'spec.calicoNetwork.mtu',
    'spec.controlPlaneReplicas',
    'spec.flexVolumePath',
    'spec.typhaDeployment.spec.template.spec.tolerations[0].operator',
    'spec.typhaDeployment.spec.template.spec.tolerations[0].effect',
  ])
  for (const problem of 'problems' in result ? result.problems : []) {
    expect(problem.remedy).toMatch(/^[A-Z].*[^.]$/)
    expect(problem.object).toMatchObject({ kind: 'Installation', name: 'default' })
  }
})

test('a problem is blamed on the overlay where the overlay sets the field', () => {
  const result = resolve(
    asking(
      { flexVolumePath: 'here' },
      { controlPlaneReplicas: 0, calicoNetwork: { ipPools: [{ cidr: 'fd00::/64', encapsulation: 'IPIP' }] } },
    ),
    factsWith(),
  )
  expect('problems' in result && result.problems.map(({ path, object }) => [path, object?.name])).toEqual([
    ['spec.calicoNetwork.ipPools[0].encapsulation', 'overlay'],
    ['spec.controlPlaneReplicas', 'overlay'],
    ['spec.flexVolumePath', 'default'],
  ])
})

test('what is usual is filled in before the overlay, which has to go with it', () => {
  const paths = (base: InstallationSpec, overlay: InstallationSpec) =>
    problemsOf(resolve(asking(base, overlay), factsWith())).map(({ path, message }) => `${path}: ${message.slice(0, 40)}`)
  expect(paths({}, { cni: { type: 'AmazonVPC' } })).toHaveLength(6)
  expect(paths({}, { calicoNetwork: { linuxDataplane: 'VPP' } })).toEqual([
    'spec.calicoNetwork.linuxPolicySetupTimeoutSeconds: pods cannot wait for their policies with',
  ])
  expect(paths({}, { nodeUpdateStrategy: { rollingUpdate: { maxUnavailable: 2 } } })).toEqual([
    'spec.nodeUpdateStrategy: it has no type, and takes the place of t',
  ])
  expect(paths({}, { nodeUpdateStrategy: { type: 'RollingUpdate' } })).toEqual([])
  const rolling = (rollingUpdate: object) => paths({}, { nodeUpdateStrategy: { type: 'RollingUpdate', rollingUpdate } })
  expect(rolling({ maxSurge: 0 })).toEqual([])
  expect(rolling({ maxSurge: '10%', maxUnavailable: 0 })).toEqual([])
  // The API server would have one pod fewer, and refuse the one more.
  expect(rolling({ maxSurge: '10%' })).toEqual(['spec.nodeUpdateStrategy.rollingUpdate: maxSurge is 10% and maxUnavailable 1'])
})

test('an overlay mends nothing that is wrong with the Installation it is laid over', () => {
  const result = resolve(asking({ controlPlaneReplicas: 0, flexVolumePath: 'here' }, { controlPlaneReplicas: 1 }), factsWith())
  expect('problems' in result && result.problems.map(({ path, object }) => [path, object?.name])).toEqual([
    ['spec.flexVolumePath', 'default'],
    ['spec.controlPlaneReplicas', 'default'],
  ])
})

test('pools are made of the Installation named default while the overlay is wrong', () => {
  const result = resolve(asking({}, { controlPlaneReplicas: 0 }), factsWith())
  expect('problems' in result && result.problems.map(({ path }) => path)).toEqual(['spec.controlPlaneReplicas'])
  expect(result.pools?.pools).toHaveLength(1)
})

test('pools that the overlay lists are not made, and that is told', () => {
  const result = resolve(asking({ calicoNetwork: { mtu: 1400 } }, { calicoNetwork: { ipPools: [{ cidr: '10.9.0.0/16' }] } }), factsWith())
  expect(result.pools?.pools?.map(({ cidr }) => cidr)).toEqual(['192.168.0.0/16'])
  expect('calico' in result && result.calico.warnings).toEqual([expect.stringContaining('List them in the Installation default')])
  expect('calico' in result && result.calico.spec.calicoNetwork).toMatchObject({ mtu: 1400, ipPools: [{ cidr: '192.168.0.0/16' }] })
})

test('what the overlay says of logging takes the place of the defaults too', () => {
  const result = resolve(asking({}, { logging: { cni: { logSeverity: 'Debug' } } }), factsWith())
  expect('calico' in result && result.calico.spec.logging).toEqual({ cni: { logSeverity: 'Debug' } })
})

test('words that are not known go no further', () => {
  const spec = {
    cni: { type: 'Flannel' },
    kubernetesProvider: 'Elsewhere',
    calicoNetwork: { linuxDataplane: 'Pigeons' },
  } as unknown as InstallationSpec
  expect(problemsOf(resolving(spec)).map(({ path }) => path)).toEqual([
    'spec.cni.type',
    'spec.kubernetesProvider',
    'spec.calicoNetwork.linuxDataplane',
  ])
})

test('a provider that the cluster contradicts is refused with the evidence', () => {
  const result = resolving(
    { kubernetesProvider: 'EKS' },
    { provider: { name: 'Kind', evidence: 'a Node whose providerID begins with kind://' } },
  )
  expect(problemsOf(result)).toEqual([
    {
      path: 'spec.kubernetesProvider',
      message: 'kubernetesProvider EKS does not match auto-detected Kind, as told by a Node whose providerID begins with kind://',
    },
  ])
})

test('what Calico runs with already is only told of', () => {
  const { base } = asking({ kubernetesProvider: 'EKS', cni: { type: 'Calico' } })
  const ran = { base: { ...base, status: { variant: 'Calico' as const, computed: { kubernetesProvider: 'EKS' as const } } } }
  const result = resolve(ran, factsWith({ provider: { name: 'Kind', evidence: 'a Node' } }))
  expect('calico' in result && result.calico.warnings).toEqual([expect.stringContaining('seems to be Kind, as told by a Node')])
})

test('the provider that is found is published, and decides', () => {
  const calico = decided({}, { provider: { name: 'OpenShift', evidence: 'ClusterVersion of config.openshift.io/v1 is served' } })
  expect(calico.spec.kubernetesProvider).toBe('OpenShift')
  expect(calico.felix.healthPort).toBe(9199)
})

test('aws-node in the cluster means the Amazon VPC plugin, whoever the provider is', () => {
  expect(decided({}, { awsNode: true }).cni.type).toBe('AmazonVPC')
  expect(decided({ cni: { type: 'Calico' } }, { awsNode: true }).cni.type).toBe('Calico')
})

test('the old name of an init container is replaced by the new one, and both at once are refused', () => {
  const spec = (...names: string[]): InstallationSpec => ({
    calicoNodeDaemonSet: { spec: { template: { spec: { initContainers: names.map(name => ({ name, resources: {} })) as never } } } },
  })
  const named = (given: InstallationSpec) =>
    decided(given).spec.calicoNodeDaemonSet?.spec?.template?.spec?.initContainers?.map(({ name }) => name)
  expect(named(spec('install-cni', 'mount-bpffs'))).toEqual(['install-cni', 'ebpf-bootstrap'])
  expect(problemsOf(resolving(spec('mount-bpffs', 'ebpf-bootstrap')))).toMatchObject([
    { message: 'mount-bpffs and ebpf-bootstrap are the same container' },
  ])
})

test('on AKS the label of namespaces follows azure.policyMode', () => {
  const labels = (spec: InstallationSpec) => decided({ kubernetesProvider: 'AKS', ...spec }).provider.privilegedNamespaceLabels
  expect(labels({})).toEqual({ 'control-plane': 'true' })
  expect(labels({ azure: { policyMode: 'Default' } })).toEqual({ 'control-plane': 'true' })
  expect(labels({ azure: { policyMode: 'Manual' } })).toEqual({})
})

test('the CSI driver is there only when a path is given', () => {
  expect(decided({}).csi).toBeUndefined()
  expect(decided({ kubeletVolumePluginPath: 'None' }).csi).toBeUndefined()
  expect(decided({ kubeletVolumePluginPath: '/var/lib/kubelet' }).csi).toEqual({ kubeletDir: '/var/lib/kubelet' })
})

test('what is asked is never changed', () => {
  const asked = asking({ calicoNetwork: { ipPools: [{ cidr: '10.0.0.0/16' }] } }, { calicoNetwork: { mtu: 1400 } })
  const before = structuredClone(asked)
  resolve(asked, factsWith())
  expect(asked).toEqual(before)
})

test('a word that nobody knows hides nothing of what the other Installation says well', () => {
  const result = resolve(
    asking({ calicoNetwork: { linuxDataplane: 'VPP', bgp: 'Disabled' } }, { calicoNetwork: { linuxDataplane: 'Fast' as never } }),
    factsWith(),
  )
  expect('problems' in result && result.problems.map(({ message, object }) => [object?.name, message])).toEqual([
    ['overlay', '"Fast" is not known'],
    ['default', 'the VPP dataplane needs BGP, and it is Disabled'],
    ['default', 'with BIRD cluster routing mode, IPIP encapsulation requires that BGP is enabled'],
  ])
})

test('pools are made where only what they are by default speaks against the rest, and not where something that is written does', () => {
  const poolsFor = (spec: InstallationSpec) => resolving(spec).pools?.pools?.map(({ encapsulation }) => encapsulation)
  const network = { bgp: 'Disabled' as const, ipPools: [{ cidr: '10.0.0.0/16' }] }
  expect(problemsOf(resolving({ calicoNetwork: network })).map(({ path }) => path)).toEqual(['spec.calicoNetwork.ipPools[0].encapsulation'])
  expect(poolsFor({ calicoNetwork: network })).toEqual(['IPIP'])
  expect(poolsFor({ calicoNetwork: { ...network, ipPools: [{ cidr: '10.0.0.0/16', encapsulation: 'IPIP' }] } })).toBeUndefined()
  expect(poolsFor({ calicoNetwork: network, controlPlaneReplicas: 0 })).toBeUndefined()
})
