/** What a resource is to the rest of the code, and the CustomResourceDefinition it makes. */
import { expect, expectTypeOf, test } from 'vitest'
import type { Kind, KubeObject } from '../src/kube/objects.ts'
import type { APIServerSpec } from './apiserver.ts'
import type { GatewayAPISpec } from './gatewayapi.ts'
import type { GoldmaneSpec } from './goldmane.ts'
import { crds, migrationKinds, operatorKinds, policyKinds, v1Kinds, v3Kinds } from './index.ts'
import { Installation, type InstallationSpec } from './installation.ts'
import type { IstioSpec } from './istio.ts'
import type { ManagementClusterConnectionSpec } from './managementclusterconnection.ts'
import type { WorkloadOverlay } from './overrides.ts'
import { resource, withoutDescriptions } from './resource.ts'
import { obj, req, str } from './schema.ts'
import type { TigeraStatus } from './tigerastatus.ts'
import type { Tier as OldTier } from './v1/kinds.ts'
import { IPPool } from './v3/ip-pool.ts'
import type { WhiskerSpec } from './whisker.ts'

/** As a client would: the type of the objects follows from the kind. */
const first = <T extends KubeObject>(_kind: Kind<T>, objects: T[]): T | undefined => objects[0]

test('a resource is a kind, and the type of its objects comes with it', () => {
  const kind: Kind<Installation> = Installation
  expect(kind).toMatchObject({ apiVersion: 'operator.tigera.io/v1', kind: 'Installation', plural: 'installations', namespaced: false })
  const found = first(Installation, [])
  expectTypeOf(found).toExtend<Installation | undefined>()
  expectTypeOf<Installation['apiVersion']>().toEqualTypeOf<'operator.tigera.io/v1'>()
  expectTypeOf<Installation['kind']>().toEqualTypeOf<'Installation'>()
  expectTypeOf<NonNullable<InstallationSpec['calicoNetwork']>['bgp']>().toEqualTypeOf<'Enabled' | 'Disabled' | undefined>()
  // @ts-expect-error an enumeration has only its words
  const wrong: InstallationSpec = { calicoNetwork: { linuxDataplane: 'eBPF' } }
  // @ts-expect-error a pool needs a range
  const empty: InstallationSpec = { calicoNetwork: { ipPools: [{}] } }
  // @ts-expect-error no such field
  const misspelt: InstallationSpec = { calicoNetwork: { ippools: [] } }
  // @ts-expect-error the spec of something else, though none of its fields is required
  const foreign: InstallationSpec = { order: 1 } as { order: number }
  expect([wrong, empty, misspelt, foreign]).toHaveLength(4)
})

test('spec is optional in the type only where the API server does not demand it', () => {
  expectTypeOf<undefined>().toExtend<Installation['spec']>()
  expectTypeOf<undefined>().not.toExtend<IPPool['spec']>()
  expectTypeOf<undefined>().not.toExtend<OldTier['spec']>()
  expectTypeOf<OldTier['apiVersion']>().toEqualTypeOf<'crd.projectcalico.org/v1'>()
  expect(IPPool.schema.required).toEqual(['metadata', 'spec'])
  expect(Installation.schema).not.toHaveProperty('required')
})

/** What may be laid over the workload of this field, and over its containers. */
type Pods<O> = O extends { spec?: { template?: { spec?: infer P } } } ? P : never
type Container<O> = Pods<O> extends { containers?: (infer C)[] } ? C : never

test('every overlay is a WorkloadOverlay', () => {
  type Workloads =
    | 'calicoNodeDaemonSet'
    | 'calicoNodeWindowsDaemonSet'
    | 'calicoKubeControllersDeployment'
    | 'csiNodeDriverDaemonSet'
    | 'typhaDeployment'
    | 'calicoWindowsUpgradeDaemonSet'
  expectTypeOf<NonNullable<InstallationSpec[Workloads]>>().toExtend<WorkloadOverlay>()
  expectTypeOf<NonNullable<APIServerSpec['apiServerDeployment' | 'calicoWebhooksDeployment']>>().toExtend<WorkloadOverlay>()
  expectTypeOf<NonNullable<GoldmaneSpec['goldmaneDeployment']>>().toExtend<WorkloadOverlay>()
  expectTypeOf<NonNullable<WhiskerSpec['whiskerDeployment']>>().toExtend<WorkloadOverlay>()
  expectTypeOf<NonNullable<GatewayAPISpec['gatewayControllerDeployment' | 'gatewayCertgenJob']>>().toExtend<WorkloadOverlay>()
  expectTypeOf<NonNullable<ManagementClusterConnectionSpec['guardianDeployment']>>().toExtend<WorkloadOverlay>()
  expectTypeOf<NonNullable<IstioSpec['istiod' | 'istioCNI' | 'ztunnel']>>().toExtend<WorkloadOverlay>()
})

test('the type of an overlay knows what only its workload has', () => {
  type Node = NonNullable<InstallationSpec['calicoNodeDaemonSet']>
  type Typha = NonNullable<InstallationSpec['typhaDeployment']>
  type Webhooks = NonNullable<APIServerSpec['calicoWebhooksDeployment']>
  expectTypeOf<keyof Container<Node>>().toEqualTypeOf<'name' | 'resources'>()
  expectTypeOf<keyof Container<Webhooks>>().toEqualTypeOf<'name' | 'resources' | 'ports'>()
  expectTypeOf<Container<Node>['name']>().toEqualTypeOf<'calico-node'>()
  expectTypeOf<keyof NonNullable<Typha['spec']>>().toEqualTypeOf<'minReadySeconds' | 'strategy' | 'template'>()
  expectTypeOf<keyof NonNullable<Node['spec']>>().toEqualTypeOf<'minReadySeconds' | 'template'>()
  expectTypeOf<keyof Pods<Webhooks>>().toEqualTypeOf<'affinity' | 'nodeSelector' | 'tolerations' | 'containers' | 'hostNetwork'>()
})

test('a field named description is no description', () => {
  const schema = obj({ description: str('What people read.'), plain: str() }, 'The whole.')
  expect(withoutDescriptions(schema.json)).toEqual({
    type: 'object',
    properties: { description: { type: 'string' }, plain: { type: 'string' } },
  })
})

const described = resource({
  group: 'example.org',
  version: 'v1',
  kind: 'Thing',
  plural: 'things',
  scope: 'Namespaced',
  description: 'A thing.',
  spec: req(obj({ title: str('Its title.') })),
  columns: [{ name: 'Title', type: 'string', jsonPath: '.spec.title' }],
})

test('a CRD is slim unless descriptions are asked for', () => {
  expect(JSON.stringify(described.crd())).not.toContain('Its title.')
  expect(JSON.stringify(described.crd({ descriptions: true }))).toContain('Its title.')
  expect(described.crd()).toEqual({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      group: 'example.org',
      names: { kind: 'Thing', listKind: 'ThingList', plural: 'things', singular: 'thing' },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec: { type: 'object', properties: { title: { type: 'string' } } },
              },
              required: ['metadata', 'spec'],
            },
          },
          additionalPrinterColumns: [{ name: 'Title', type: 'string', jsonPath: '.spec.title' }],
        },
      ],
    },
  })
})

test('a resource without a status has none in its type', () => {
  expectTypeOf<keyof NonNullable<(typeof described)['of']>>().toEqualTypeOf<'apiVersion' | 'kind' | 'metadata' | 'spec'>()
  expectTypeOf<keyof NonNullable<(typeof TigeraStatus)['of']>>().toEqualTypeOf<'apiVersion' | 'kind' | 'metadata' | 'spec' | 'status'>()
})

test.each([
  ['v1', v1Kinds],
  ['v3', v3Kinds],
] as const)('a cluster of mode %s gets the operator’s CRDs, its own group and the policies, not the migration', (mode, own) => {
  const names = crds(mode).map(({ metadata }) => metadata.name)
  expect(names.sort()).toEqual([...operatorKinds, ...own, ...policyKinds].map(kind => kind.crd().metadata.name).sort())
  expect(names).toHaveLength(32)
  for (const { definition } of migrationKinds) expect(names).not.toContain(`${definition.plural}.${definition.group}`)
})

test('no CRD is too large for the annotation of a client-side apply', () => {
  for (const crd of [...crds('v1'), ...crds('v3')]) expect(JSON.stringify(crd).length, crd.metadata.name).toBeLessThan(262_144)
})
