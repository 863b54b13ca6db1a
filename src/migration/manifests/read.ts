/** Whether settings of an installation by manifest count, and which: what was kept of them, or what its objects say now. Reads; decides by what convert.ts says. */
import type { Installation } from '../../../api/installation.ts'
import { type Imported, recordedIn } from '../../installation/imported.ts'
import type { Reader } from '../../reconcile/controller.ts'
import type { Problem } from '../../reconcile/problems.ts'
import { convert, leftBehind } from './convert.ts'
import { readCanal, readManifest, readServicesEndpoint, readWindows } from './manifest.ts'

/**
 * Undefined when there is nothing to take over. An Installation that has been acted on without a manifest is not changed by one that comes later: that is clutter, or a mistake.
 */
export async function readImported(cluster: Reader, installation: Installation, { v3 }: { v3: boolean }): Promise<Imported | undefined> {
  const { spec, status } = installation
  const recorded = recordedIn(status?.conditions)
  if (recorded) {
    // The copy that the operator keeps may still have to be made.
    const endpoint = recorded.spec.calicoNetwork?.linuxDataplane === 'BPF' ? await readServicesEndpoint(cluster) : undefined
    const warnings = (await readWindows(cluster)) ? [leftBehind] : []
    return { ...recorded, recorded: true, problems: [], warnings, servicesEndpoint: endpoint }
  }
  if (status?.computed) return undefined
  const canal = await readCanal(cluster)
  if (canal) return { ...nothing, problems: [flannel(canal)] }
  const manifest = await readManifest(cluster, v3)
  return manifest && convert(manifest, spec?.kubernetesProvider)
}

const nothing = { spec: {}, felixConfiguration: {}, recorded: false, warnings: [] }

const flannel = (object: NonNullable<Problem['object']>): Problem => ({
  reason: 'ResourceValidationError',
  message: 'Calico with the network of flannel is installed, which cannot be taken over',
  object,
  remedy: 'Move the cluster to the network of Calico first, or remove that installation',
})
