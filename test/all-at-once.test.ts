/** Faults of every part at once: each is told by the part whose it is, and none hides those of another (one board for each part, spec/installation-controller.md §12). */
import { expect, test } from 'vitest'
import type { KubeObject } from '../src/kube/objects.ts'
import { sentence } from '../src/reconcile/problems.ts'
import { isOfCrds, ranOver, withResource } from './made.ts'
import { recordedClusters } from './takeover/clusters.ts'

const apiVersion = 'operator.tigera.io/v1'
const asking = (kind: string, spec: object, name = 'default'): KubeObject =>
  ({ apiVersion, kind, metadata: { name, uid: '1' }, spec }) as KubeObject

/** What is told of each board. */
async function boardsOf(cluster: readonly KubeObject[]): Promise<Record<string, string>> {
  const boards: Record<string, string> = {}
  for (const { controller, outcome } of await ranOver(cluster, each => !isOfCrds(each))) {
    const board = controller.reports ?? ''
    boards[board] = [boards[board] ?? '', ...(outcome.problems ?? []).map(sentence)].join('\n')
  }
  return boards
}

const wrongOverride = { spec: { template: { spec: { tolerations: [{ effect: 'Never' }] } } } }

test('a bad Installation hides nothing that is wrong elsewhere', async () => {
  const cluster = [
    asking('Installation', {
      registry: 'https://registry.example.com',
      cni: { type: 'Calico', ipam: { type: 'AmazonVPC' } },
      calicoNetwork: { linuxDataplane: 'bpf', ipPools: [{ cidr: '10.0.0.0/16' }, { cidr: '10.0.0.0/17', blockSize: 10 }] },
      typhaDeployment: wrongOverride,
      imagePullSecrets: [{ name: 'absent' }],
    }),
    asking('APIServer', { apiServerDeployment: wrongOverride }),
    asking('Goldmane', { metricsPort: 99_999, goldmaneDeployment: wrongOverride }),
    asking('Whisker', { whiskerDeployment: wrongOverride }),
    asking('GatewayAPI', { gatewayControllerDeployment: wrongOverride }),
    asking('ManagementClusterConnection', { managementClusterAddr: 'nowhere', tls: { ca: 'Public' } }, 'tigera-secure'),
    asking('ImageSet', { images: [{ image: 'calico/node', digest: 'latest' }] }, 'calico-v3.32.1'),
  ].reduce<readonly KubeObject[]>(withResource, recordedClusters().get('guardian-connected')!)
  const { calico, ippools, apiserver, goldmane, whisker, gatewayapi, 'management-cluster-connection': guardian } = await boardsOf(cluster)
  const ofInstallation = [
    /registry\.example\.com/,
    /AmazonVPC/,
    /Write BPF/,
    /overlaps 10\.0\.0\.0\/16/,
    /block size/,
    /Never/,
    /absent/,
    /latest/,
  ]
  for (const text of ofInstallation) expect([calico, ippools]).toEqual([expect.stringMatching(text), expect.stringMatching(text)])
  expect(goldmane).toMatch(/spec\.metricsPort: 99999/)
  expect(guardian).toMatch(/"nowhere"[\s\S]*cannot be public/)
  for (const board of [apiserver, goldmane, whisker, gatewayapi]) expect(board).toMatch(/tolerations\[0\]\.effect: "Never"/)
})

test('certificates, pull secrets and ImageSets are told at once', async () => {
  const bare = recordedClusters().get('byo-certs')!
  const spoiled = bare.map(object =>
    object.kind === 'Secret' && object.metadata.name === 'node-certs'
      ? ({ ...object, data: { 'tls.crt': 'eA==', 'tls.key': 'eA==' } } as KubeObject)
      : object,
  )
  const cluster = [
    asking('Installation', { imagePullSecrets: [{ name: 'absent' }] }),
    asking('ImageSet', { images: [] }, 'calico-v3.31.0'),
  ].reduce<readonly KubeObject[]>(withResource, spoiled)
  const { calico } = await boardsOf(cluster)
  for (const text of [
    /node-certs: its tls\.crt holds no PEM certificate/,
    /"absent" not found/,
    /none with the expected name calico-v3\.32\.1/,
  ])
    expect(calico).toMatch(text)
})
