/**
 * Which image is pulled for what: a table, and `image(name)` closed over the registry, path, prefix and ImageSet that the user chose.
 * Never asks a registry (spec/installation-controller.md §9.4, spec/ippool-kubeproxy-secrets-csr-imageset.md §5).
 */
import type { ImageSet } from '../../api/imageset.ts'
import type { InstallationSpec } from '../../api/installation.ts'
import { refOf } from '../kube/objects.ts'
import type { Problem } from '../reconcile/problems.ts'

/** The release of Calico that this operator installs. */
export const calicoVersion = 'v3.32.1'
/** The ImageSet that counts, where there are any. */
export const imageSetName = `calico-${calicoVersion}`

interface Image {
  readonly path: 'calico' | 'tigera'
  readonly name: string
  readonly tag: string
  /** There is an image of the same name built for FIPS 140-2, under the tag with `-fips`. */
  readonly fips: boolean
}

const calico = (name: string, { fips = false } = {}): Image => ({ path: 'calico', name, tag: calicoVersion, fips })

export const images = {
  node: calico('node', { fips: true }),
  cni: calico('cni', { fips: true }),
  typha: calico('typha', { fips: true }),
  kubeControllers: calico('kube-controllers', { fips: true }),
  apiServer: calico('apiserver', { fips: true }),
  csi: calico('csi', { fips: true }),
  csiRegistrar: calico('node-driver-registrar', { fips: true }),
  flexVolume: calico('pod2daemon-flexvol'),
  keyCertProvisioner: calico('key-cert-provisioner'),
  nodeWindows: calico('node-windows'),
  cniWindows: calico('cni-windows'),
  webhooks: calico('webhooks'),
  goldmane: calico('goldmane'),
  whisker: calico('whisker'),
  whiskerBackend: calico('whisker-backend'),
  guardian: calico('guardian'),
  envoyGateway: calico('envoy-gateway'),
  envoyProxy: calico('envoy-proxy'),
  envoyRatelimit: calico('envoy-ratelimit'),
  istioPilot: calico('istio-pilot'),
  istioInstallCni: calico('istio-install-cni'),
  istioZtunnel: calico('istio-ztunnel'),
  istioProxyv2: calico('istio-proxyv2'),
  /** Runs a Job on OpenShift on AWS. No ImageSet may name it, so it always goes by its tag. */
  operator: { path: 'tigera', name: 'operator', tag: 'v1.42.4', fips: false },
} satisfies Record<string, Image>

export type ImageName = keyof typeof images

/** What an ImageSet calls an image, whatever registry, path and prefix are used. */
const keyOf = ({ path, name }: Image): string => `${path}/${name}`
/** Those that an ImageSet may name. */
export const inImageSets: ReadonlySet<string> = new Set(
  Object.values(images)
    .filter(({ path }) => path === 'calico')
    .map(keyOf),
)

type Where = Pick<InstallationSpec, 'registry' | 'imagePath' | 'imagePrefix' | 'fipsMode'>

/**
 * The full reference of each image. Slashes at either end of registry and path may be there or not; `UseDefault` is the same as nothing.
 * The function throws for an image that the ImageSet lacks, which `lackingImages` finds out before.
 */
export function imageReferences(where: Where, imageSet?: ImageSet): (name: ImageName) => string {
  const registry = chosen(where.registry) ?? 'quay.io'
  const digests = imageSet && new Map(imageSet.spec?.images?.map(({ image, digest }) => [image, digest]))
  return name => {
    const image: Image = images[name]
    const place = joined(registry, chosen(where.imagePath) ?? image.path, `${chosen(where.imagePrefix) ?? ''}${image.name}`)
    if (!digests || !inImageSets.has(keyOf(image)))
      return `${place}:${image.tag}${image.fips && where.fipsMode === 'Enabled' ? '-fips' : ''}`
    const digest = digests.get(keyOf(image))
    if (digest === undefined) throw new Error(`ImageSet did not contain image ${keyOf(image)}`)
    return `${place}@${digest}`
  }
}

/** Undefined when the user leaves it to us. */
export const chosen = (value: string | undefined): string | undefined => (value === '' || value === 'UseDefault' ? undefined : value)

/** What slashes divide a place into; more of them than needed do not matter. */
export const partsOf = (place: string): string[] => place.split('/').filter(part => part !== '' && part !== '.')

const joined = (...places: string[]): string => places.flatMap(partsOf).join('/')

/** One problem for each of these images that the ImageSet in use should have and has not. */
export function lackingImages(imageSet: ImageSet | undefined, names: readonly ImageName[]): Problem[] {
  if (!imageSet) return []
  const listed = new Set(imageSet.spec?.images?.map(({ image }) => image))
  const needed = [...new Set(names.map(name => keyOf(images[name])))]
  return needed.filter(image => inImageSets.has(image) && !listed.has(image)).map(image => lacking(imageSet, image))
}

/** What calico-node, Typha, kube-controllers and the CSI driver are run from, as far as they are wanted. The provisioner is looked up whether it is used or not. */
export function coreImages({ cni, flexVolumePath, kubeletVolumePluginPath }: InstallationSpec): ImageName[] {
  const wanted: [boolean, ImageName[]][] = [
    [true, ['node', 'typha', 'kubeControllers', 'keyCertProvisioner']],
    [cni?.type === 'Calico', ['cni']],
    [flexVolumePath !== 'None', ['flexVolume']],
    [kubeletVolumePluginPath !== 'None', ['csi', 'csiRegistrar']],
  ]
  return wanted.flatMap(([is, names]) => (is ? names : []))
}

const lacking = (imageSet: ImageSet, image: string): Problem => ({
  reason: 'ResourceValidationError',
  message: `ImageSet did not contain image ${image}`,
  object: refOf(imageSet),
  path: 'spec.images',
  remedy: `Add ${image} with its digest`,
})
