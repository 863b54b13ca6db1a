/** Where images come from, judged before anything is pulled: registry, path and prefix as the user writes them. Never asks a registry. */
import type { InstallationSpec } from '../../api/installation.ts'
import type { Problem } from '../reconcile/problems.ts'
import { chosen, partsOf } from './images.ts'
import { invalid } from './invalid.ts'

/** https://github.com/distribution/reference has the grammar. */
const component = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?'
const host = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?$`)

/** Of 255 characters that a name may have at most, which leaves room for the image's own. */
const longest = 200

const registryRemedy = 'Write a host, its port and a path in lower case, without https:// before them, as registry.example.com:5000/team'
const pathRemedy = 'Write lower-case letters and digits, with ".", "_" and "-" between them, and "/" between parts'

/** Everything in them that no container runtime would take; slashes at the ends do not matter. */
export function imagePlaceFaults({ registry, imagePath, imagePrefix }: InstallationSpec): Problem[] {
  const [first, ...rest] = partsOf(chosen(registry) ?? 'quay.io')
  const prefixed = chosen(imagePrefix) === undefined ? [] : partsOf(`${imagePrefix}image`)
  return [
    ...judged('registry', registry, {
      holds: first !== undefined && host.test(first) && rest.every(isComponent),
      remedy: registryRemedy,
    }),
    ...judged('imagePath', imagePath, { holds: partsOf(chosen(imagePath) ?? '').every(isComponent), remedy: pathRemedy }),
    ...judged('imagePrefix', imagePrefix, { holds: prefixed.every(isComponent), remedy: pathRemedy }),
  ]
}

const isComponent = (part: string): boolean => component.test(part)

function judged(field: string, value = '', { holds, remedy }: { holds: boolean; remedy: string }): Problem[] {
  const path = `spec.${field}`
  if (value.length > longest)
    return [invalid(path, `it has ${value.length} characters, which no name of an image may have`, `Write at most ${longest}`)]
  return holds ? [] : [invalid(path, `${JSON.stringify(value)} makes no name of an image`, remedy)]
}
