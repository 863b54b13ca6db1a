import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ImageSet } from '../../api/imageset.ts'
import type { InstallationSpec } from '../../api/installation.ts'
import { imagePlaceFaults } from './image-place.ts'
import { imageSetInUse, unusedImageSets } from './image-set.ts'
import { coreImages, imageReferences, imageSetName, images, lackingImages } from './images.ts'
import { decided } from './testdata/asked.ts'

const digest = `sha256:${'0'.repeat(64)}`
const imageSet = (name: string, ...named: string[]): ImageSet => ({
  apiVersion: 'operator.tigera.io/v1',
  kind: 'ImageSet',
  metadata: { name },
  spec: { images: named.map(image => ({ image, digest })) },
})

describe('the reference of an image', () => {
  test('is that of the release when nothing is said', () => {
    expect(imageReferences({})('node')).toBe('quay.io/calico/node:v3.32.1')
    expect(imageReferences({})('flexVolume')).toBe('quay.io/calico/pod2daemon-flexvol:v3.32.1')
    expect(imageReferences({})('operator')).toBe('quay.io/tigera/operator:v1.42.4')
  })

  test.each([
    ['a slash at the end', 'registry.example.com/', 'mirror/calico'],
    ['no slash', 'registry.example.com', 'mirror/calico'],
    ['a path with slashes at both ends', 'registry.example.com', '/mirror/calico/'],
    ['slashes twice', 'registry.example.com//', '//mirror//calico//'],
  ])('is the same for a registry or path with %s', (_, registry, imagePath) => {
    expect(imageReferences({ registry, imagePath, imagePrefix: 'pfx-' })('typha')).toBe(
      'registry.example.com/mirror/calico/pfx-typha:v3.32.1',
    )
  })

  test('keeps the port of a registry, and a path within it', () => {
    expect(imageReferences({ registry: 'localhost:5000/mirror' })('cni')).toBe('localhost:5000/mirror/calico/cni:v3.32.1')
  })

  test('takes UseDefault as nothing said', () => {
    const where = { registry: 'UseDefault', imagePath: 'UseDefault', imagePrefix: 'UseDefault' }
    expect(imageReferences(where)('node')).toBe('quay.io/calico/node:v3.32.1')
  })

  test('has a path of the user’s also where the default is another', () => {
    expect(imageReferences({ imagePath: 'mine' })('operator')).toBe('quay.io/mine/operator:v1.42.4')
  })

  test('is that built for FIPS where there is one', () => {
    const fips = imageReferences({ fipsMode: 'Enabled' })
    const built = Object.keys(images).filter(name => fips(name as keyof typeof images).endsWith('-fips'))
    expect(built).toEqual(['node', 'cni', 'typha', 'kubeControllers', 'apiServer', 'csi', 'csiRegistrar'])
  })

  test('is by digest where an ImageSet is in use, under the names of the release whatever the registry is', () => {
    const image = imageReferences(
      { registry: 'registry.example.com', imagePath: 'mirror', imagePrefix: 'pfx-', fipsMode: 'Enabled' },
      imageSet(imageSetName, 'calico/node'),
    )
    expect(image('node')).toBe(`registry.example.com/mirror/pfx-node@${digest}`)
  })

  test('is by tag for what no ImageSet may name', () => {
    expect(imageReferences({}, imageSet(imageSetName))('operator')).toBe('quay.io/tigera/operator:v1.42.4')
  })

  test('is none when the ImageSet lacks it, which can be known before', () => {
    const incomplete = imageSet(imageSetName, 'calico/node')
    expect(() => imageReferences({}, incomplete)('typha')).toThrow('ImageSet did not contain image calico/typha')
    const problems = lackingImages(incomplete, ['node', 'typha', 'operator', 'typha', 'cni'])
    expect(problems.map(({ reason, message }) => [reason, message])).toEqual([
      ['ResourceValidationError', 'ImageSet did not contain image calico/typha'],
      ['ResourceValidationError', 'ImageSet did not contain image calico/cni'],
    ])
    expect(lackingImages(undefined, ['node'])).toEqual([])
  })
})

/** How people write the same place. */
const spelled = (parts: readonly string[]) =>
  fc
    .tuple(
      fc.array(fc.constantFrom('/', '//', '/./', '///'), { minLength: parts.length, maxLength: parts.length }),
      fc.constantFrom('', '/', '//'),
    )
    .map(([slashes, end]) => parts.map((part, index) => `${index === 0 ? '' : slashes[index]}${part}`).join('') + end)

test('every spelling of registry and path is one reference, which is a name that runtimes take', () => {
  const part = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,4})?$/)
  const host = fc.stringMatching(/^[a-z0-9]{1,8}\.(example\.com|io)(:[1-9][0-9]{1,3})?$/)
  const places = fc.record({
    host,
    team: fc.array(part, { maxLength: 2 }),
    path: fc.array(part, { minLength: 1, maxLength: 3 }),
    prefix: fc.constantFrom('', 'mirror-', 'x'),
  })
  fc.assert(
    fc.property(
      places.chain(place =>
        fc.record({ place: fc.constant(place), registry: spelled([place.host, ...place.team]), imagePath: spelled(place.path) }),
      ),
      ({ place: { host: server, team, path, prefix }, registry, imagePath }) => {
        const spec = { registry, imagePath, imagePrefix: prefix }
        expect(imageReferences(spec)('csiRegistrar')).toBe(`${[server, ...team, ...path].join('/')}/${prefix}node-driver-registrar:v3.32.1`)
        expect(imagePlaceFaults(spec)).toEqual([])
      },
    ),
  )
})

test('whatever is written, it is a name that runtimes take, or refused where it is written', () => {
  const reference = /^(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::[0-9]+)?(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+:v[0-9.]+$/
  const text = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.stringMatching(/^[a-zA-Z0-9:._/-]{0,12}$/),
    fc.constantFrom('', 'UseDefault', 'https://a', '..', '/', 'a:b:c'),
  )
  fc.assert(
    fc.property(fc.record({ registry: text, imagePath: text, imagePrefix: text }), spec => {
      const faults = imagePlaceFaults(spec)
      if (faults.length === 0) expect(imageReferences(spec)('node')).toMatch(reference)
      for (const { path, message } of faults) expect(message).toContain(JSON.stringify(Reflect.get(spec, path!.slice('spec.'.length))))
    }),
    { numRuns: 2000 },
  )
})

describe('the core needs', () => {
  const lacking = (spec: InstallationSpec) => {
    const calico = decided(spec, { imageSets: [imageSet(imageSetName)] })
    return calico.lacks(coreImages(calico.spec)).map(({ message }) => message.split(' ').at(-1))
  }
  const always = ['calico/node', 'calico/typha', 'calico/kube-controllers', 'calico/key-cert-provisioner']

  test('the images of what is wanted', () => {
    expect(lacking({})).toEqual([...always, 'calico/cni', 'calico/pod2daemon-flexvol'])
    expect(lacking({ cni: { type: 'AmazonVPC' }, flexVolumePath: 'None' })).toEqual(always)
    expect(lacking({ kubeletVolumePluginPath: '/var/lib/kubelet' })).toEqual([
      ...always,
      'calico/cni',
      'calico/pod2daemon-flexvol',
      'calico/csi',
      'calico/node-driver-registrar',
    ])
    const windows: InstallationSpec = {
      serviceCIDRs: ['10.96.0.0/12'],
      calicoNetwork: { windowsDataplane: 'HNS', ipPools: [{ cidr: '10.0.0.0/16', encapsulation: 'VXLAN' }] },
    }
    expect(lacking(windows)).toEqual([...always, 'calico/cni', 'calico/pod2daemon-flexvol'])
  })

  test('no other, whose controllers ask for themselves', () => {
    const pinned = imageSet(imageSetName, ...always, 'calico/cni', 'calico/pod2daemon-flexvol')
    const calico = decided({}, { imageSets: [pinned] })
    expect(calico.image('node')).toBe(`quay.io/calico/node@${digest}`)
    expect(calico.imageSet).toBe(imageSetName)
    expect(calico.lacks(['goldmane']).map(({ message }) => message)).toEqual(['ImageSet did not contain image calico/goldmane'])
  })
})

test('a wrong ImageSet holds up all that is run from images', () => {
  const calico = decided({}, { imageSets: [imageSet(imageSetName, ...['calico/goldmane', 'tigera/operator'])] })
  expect(calico.lacks(['goldmane']).map(({ message }) => message)).toEqual(['unexpected images: tigera/operator'])
})

describe('the ImageSet in use', () => {
  const messages = (...sets: ImageSet[]) => imageSetInUse(sets).problems.map(({ message, path }) => [path, message])

  test('is none when there is none, or only sets of another product', () => {
    expect(imageSetInUse([])).toEqual({ problems: [] })
    expect(imageSetInUse([imageSet('enterprise-v3.22')])).toEqual({ problems: [] })
    expect(unusedImageSets([imageSet('enterprise-v3.22'), imageSet(imageSetName)])).toEqual([expect.stringContaining('enterprise-v3.22')])
  })

  test('is that of this release', () => {
    expect(imageSetInUse([imageSet('calico-v3.31.0'), imageSet(imageSetName, 'calico/node')]).imageSet?.metadata.name).toBe(
      'calico-v3.32.1',
    )
  })

  test('must be there when there are others of Calico, so that no image goes unpinned', () => {
    expect(messages(imageSet('calico-v3.31.0'))).toEqual([
      [undefined, 'ImageSets exist but none with the expected name calico-v3.32.1: there is calico-v3.31.0'],
    ])
  })

  test('names known images by digests, and everything wrong in it is told', () => {
    const wrong = imageSet(imageSetName, 'calico/node', 'tigera/operator', 'calico/nonsense')
    wrong.spec!.images![0]!.digest = 'v3.32.1'
    expect(messages(wrong)).toEqual([
      ['spec.images[0].digest', 'bad digest images: calico/node with v3.32.1'],
      ['spec.images[1].image', 'unexpected images: tigera/operator'],
      ['spec.images[2].image', 'unexpected images: calico/nonsense'],
    ])
  })

  test('names each image once, and may name those of the other product beside', () => {
    const twice = imageSet(imageSetName, 'calico/node', 'calico/node', 'tigera/manager')
    expect(messages(twice)).toEqual([])
    twice.spec!.images![1]!.digest = `sha256:${'1'.repeat(64)}`
    expect(messages(twice)).toEqual([['spec.images[1].digest', `calico/node has the digest ${digest} too`]])
  })

  test.each(['sha256:', 'sha256:abc', `sha512:${'0'.repeat(64)}`, `sha256:${'G'.repeat(64)}`, ` sha256:${'0'.repeat(64)}`])(
    '%s is no digest',
    given => {
      const wrong = imageSet(imageSetName, 'calico/node')
      wrong.spec!.images![0]!.digest = given
      expect(messages(wrong)).toEqual([['spec.images[0].digest', `bad digest images: calico/node with ${given}`]])
    },
  )
})
