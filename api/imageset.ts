/** ImageSet: pins images by digest. The one whose name ends in the version of Calico, calico-v3.32.1, is used. */
import { operator } from './operator.ts'
import { resource } from './resource.ts'
import { list, type Of, obj, req, str } from './schema.ts'

const spec = obj(
  {
    images: list(
      obj({
        image: req(str('Names the image, without registry and tag: calico/node.')),
        digest: req(str('Runs exactly the image of this digest: sha256:….')),
      }),
      'Pins these images. One that is needed and not listed stops its component.',
    ),
  },
  'Says which images are run.',
)

export const ImageSet = resource({
  ...operator,
  kind: 'ImageSet',
  plural: 'imagesets',
  description:
    'Runs images by digest in place of tags. As soon as one exists whose name begins with calico, the one for this version must.',
  spec,
})
export interface ImageSet extends Of<typeof ImageSet> {}
export interface ImageSetSpec extends Of<typeof spec> {}
