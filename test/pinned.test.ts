/** With an ImageSet nothing runs from a tag, and whoever leaves an image out is told which, and by everybody who needs it. */
import { expect, test } from 'vitest'
import { GatewayAPI } from '../api/gatewayapi.ts'
import { ImageSet } from '../api/imageset.ts'
import { imageSetName, inImageSets } from '../src/installation/images.ts'
import type { KubeObject } from '../src/kube/objects.ts'
import { isWorkload } from '../src/render/workloads.ts'
import { madeOf, withResource } from './made.ts'
import { recordedClusters } from './takeover/clusters.ts'

const digestOf = (image: string): string => `sha256:${Buffer.from(image).toString('hex').padEnd(64, '0').slice(0, 64)}`

const pinning = (images: Iterable<string>): KubeObject =>
  ({
    apiVersion: ImageSet.apiVersion,
    kind: ImageSet.kind,
    metadata: { name: imageSetName },
    spec: { images: [...images].map(image => ({ image, digest: digestOf(image) })) },
  }) as KubeObject

const withGateway = (cluster: readonly KubeObject[]): KubeObject[] =>
  withResource(cluster, {
    apiVersion: GatewayAPI.apiVersion,
    kind: GatewayAPI.kind,
    metadata: { name: 'default', uid: '1' },
    spec: {},
  } as KubeObject)

const withInstallation = (cluster: readonly KubeObject[], spec: object): KubeObject[] =>
  withResource(cluster, {
    apiVersion: GatewayAPI.apiVersion,
    kind: 'Installation',
    metadata: { name: 'default', uid: '1' },
    spec,
  } as KubeObject)

const recorded = (name: string): readonly KubeObject[] => recordedClusters().get(name)!

const clusters = [
  withInstallation(recorded('default-v3crd'), { kubeletVolumePluginPath: '/var/lib/kubelet' }),
  ...['default-v1crd', 'windows-rendered', 'guardian-connected'].map(recorded),
].map(withGateway)

/** Wherever it stands: Envoy Gateway has its images in a ConfigMap and in resources of its own. */
const referencesIn = (objects: readonly KubeObject[]): string[] => [
  ...new Set(JSON.stringify(objects).match(/quay\.io\/[a-z0-9/-]+[:@][A-Za-z0-9.:]+/g)),
]

const run = new Set<string>()

/** With all images. */
const complete = madeOf([...clusters[0]!, pinning(inImageSets)]).then(({ objects }) => referencesIn(objects))

test('every image is pulled by its digest', async () => {
  for (const cluster of clusters) {
    const { objects } = await madeOf([...cluster, pinning(inImageSets)])
    const references = referencesIn(objects)
    for (const reference of references) {
      const [, image] = /^quay\.io\/(.+)@/.exec(reference) ?? []
      expect(reference).toBe(`quay.io/${image}@${digestOf(image ?? '')}`)
      run.add(image!)
    }
    expect(objects.filter(isWorkload).length).toBeGreaterThan(4)
  }
  // What is not run anywhere here: with certificate management alone, or not at all.
  expect([...inImageSets].filter(image => !run.has(image)).sort()).toEqual(
    [
      'calico/istio-install-cni',
      'calico/istio-pilot',
      'calico/istio-proxyv2',
      'calico/istio-ztunnel',
      'calico/key-cert-provisioner',
    ].sort(),
  )
})

test.each([...inImageSets].filter(image => !image.includes('istio')))(
  'without %s, those who need it say so, and are not made',
  async image => {
    const cluster = [...clusters[0]!, pinning([...inImageSets].filter(each => each !== image))]
    const { problems, objects } = await madeOf(cluster)
    const isNeeded =
      image === 'calico/key-cert-provisioner' || (await complete).some(reference => reference.startsWith(`quay.io/${image}@`))
    expect(problems.some(({ message, object, remedy }) => message.includes(image) && object?.kind === 'ImageSet' && remedy)).toBe(isNeeded)
    expect(referencesIn(objects).filter(reference => reference.includes(`/${image.split('/')[1]}:`))).toEqual([])
  },
)
