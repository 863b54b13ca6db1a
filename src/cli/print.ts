/** What the operator prints and ends: its versions, its images, its CRDs. Needs no cluster. */
import { stringify } from 'yaml'
import { crds, type Mode } from '../../api/index.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { calicoVersion, type ImageName, imageReferences, images } from '../installation/images.ts'

export const operatorVersion = `v${packageJson.version}`

/** `--version`, with the words of the reference. */
export const versions = (): string => `Operator: ${operatorVersion}\nCalico: ${calicoVersion}\nEnterprise: none\n`

/** `--print-images`: one reference to a line, the operator's own last. */
export function imageList(): string {
  const reference = imageReferences({})
  const names = (Object.keys(images) as ImageName[]).filter(name => name !== 'operator')
  return [...names, 'operator' as const].map(name => `${reference(name)}\n`).join('')
}

/** `--print-calico-crds`: `all`, or those whose names begin so; each behind its name. Undefined when there is none. */
export function crdText(which: string, mode: Mode): string | undefined {
  const chosen = crds(mode).filter(({ metadata: { name } }) => which === 'all' || name.startsWith(which))
  if (chosen.length === 0) return undefined
  return chosen
    .map(crd => `---\n# ${crd.metadata.name}\n${stringify(crd, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })}`)
    .join('')
}
