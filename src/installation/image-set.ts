/** Which ImageSet counts, and what is wrong with it. Never asks a registry (spec/installation-controller.md §9.4, spec/ippool-kubeproxy-secrets-csr-imageset.md §5). */
import { ImageSet } from '../../api/imageset.ts'
import { refOf } from '../kube/objects.ts'
import type { Problem } from '../reconcile/problems.ts'
import { calicoVersion, imageSetName, inImageSets, lackingImages } from './images.ts'
import { understoodSpec } from './understood.ts'

/** The ImageSet in use: the one of this release. Where only others of Calico exist, their owner meant digests to be used, and none would be. */
export function imageSetInUse(imageSets: readonly ImageSet[]): { imageSet?: ImageSet; problems: Problem[] } {
  const imageSet = imageSets.find(({ metadata }) => metadata.name === imageSetName)
  if (imageSet) {
    const { known, problems } = understoodSpec(imageSet, ImageSet.definition.spec.json)
    return { imageSet: known, problems: [...problems, ...imageSetProblems(known)] }
  }
  const others = imageSets.filter(isOfCalico)
  return { problems: others.length > 0 ? [noneOfThisRelease(others)] : [] }
}

/** What hides the image by which pods may request certificates: without it there are no keys, nor anything that stands on them (spec/apiserver-tiers-webhooks.md §0.6). */
export function withoutProvisioner(imageSets: readonly ImageSet[]): Problem[] {
  const { imageSet, problems } = imageSetInUse(imageSets)
  return imageSet ? lackingImages(imageSet, ['keyCertProvisioner']) : problems
}

const isOfCalico = ({ metadata }: ImageSet): boolean => metadata.name.startsWith('calico')

/** Those that are passed over for their names, and were hardly meant to be, in sentences. */
export const unusedImageSets = (imageSets: readonly ImageSet[]): string[] =>
  imageSets
    .filter(each => !isOfCalico(each))
    .map(({ metadata: { name } }) => `The digests of ImageSet ${name} are not used: those of this release are in one named ${imageSetName}`)

const noneOfThisRelease = (others: readonly ImageSet[]): Problem => ({
  reason: 'ResourceReadError',
  message: `ImageSets exist but none with the expected name ${imageSetName}: there is ${others.map(({ metadata }) => metadata.name).join(', ')}`,
  object: refOf(others[0]!),
  remedy: `Create an ImageSet ${imageSetName} with the digests of ${calicoVersion}, or delete all ImageSets to pull images by tag`,
})

function imageSetProblems(imageSet: ImageSet): Problem[] {
  const listed = imageSet.spec?.images ?? []
  return listed.flatMap(({ image, digest }, index) => {
    const at = (field: string) => ({
      reason: 'ResourceValidationError' as const,
      object: refOf(imageSet),
      path: `spec.images[${index}].${field}`,
    })
    const before = listed.slice(0, index).find(other => other.image === image && other.digest !== digest)
    const faults: (Problem | false | undefined)[] = [
      !isKnown(image) && {
        ...at('image'),
        message: `unexpected images: ${image}`,
        remedy: 'Remove it: no component is run from this image',
      },
      !isDigest.test(digest) && {
        ...at('digest'),
        message: `bad digest images: ${image} with ${digest}`,
        remedy: 'Write the digest as sha256: and 64 hexadecimal digits',
      },
      before && { ...at('digest'), message: `${image} has the digest ${before.digest} too`, remedy: 'Leave one of them' },
    ]
    return faults.filter(fault => fault !== false && fault !== undefined)
  })
}

const isDigest = /^sha256:[0-9a-f]{64}$/

/** What the other product alone is run from is passed over: ImageSets for both are made in one go (spec/installation-controller.md §9.4). */
const isKnown = (image: string): boolean => inImageSets.has(image) || /^tigera\/(?!operator$)[a-z0-9]/.test(image)
