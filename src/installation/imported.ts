/**
 * What an installation by manifest said, taken over as defaults of the Installation: it counts where the user says nothing. It is kept in a condition of the Installation's status,
 * because the objects it was read from go. Only formats and parses; what is read from which object is in migration/manifests.
 */
import type { InstallationSpec } from '../../api/installation.ts'
import type { Condition } from '../../api/pod.ts'
import type { FelixConfigurationSpec } from '../../api/v3/felix-configuration.ts'
import type { ConfigMap } from '../kube/kinds.ts'
import type { Note } from '../reconcile/controller.ts'
import type { Problem } from '../reconcile/problems.ts'

/** What is kept. */
export interface Settings {
  readonly spec: InstallationSpec
  /** Of FelixConfiguration `default`. */
  readonly felixConfiguration: Partial<FelixConfigurationSpec>
}

export interface Imported extends Settings {
  /** It stands in the status, so that the objects it comes from may go. */
  readonly recorded: boolean
  /** Why it cannot be taken over, all of it; empty once it is recorded. */
  readonly problems: readonly Problem[]
  /** What works otherwise than before, in sentences. */
  readonly warnings: readonly string[]
  /** Where the manifest's calico-node finds the Kubernetes API; read only until the operator's own ConfigMap of that name is there. */
  readonly servicesEndpoint?: ConfigMap
}

const type = 'Imported'
const reason = 'ManifestInstall'
const words = 'Found in the installation by manifest in kube-system, and used where the spec says nothing: '

/** What an API server takes as the message of a condition. */
const longest = 32_768

/** The condition as which it is kept; undefined when it is too long for one. */
export function noteOf({ spec, felixConfiguration }: Settings): Note | undefined {
  const message = words + JSON.stringify({ spec, felixConfiguration })
  return message.length > longest ? undefined : { type, status: 'True', reason, message, soon: true }
}

/** What was kept; undefined when nothing was, or it cannot be read. */
export function recordedIn(conditions: readonly Condition[] = []): Settings | undefined {
  const note = conditions.find(condition => condition.type === type && condition.reason === reason)
  const start = note?.message?.indexOf('{') ?? -1
  if (!note?.message || start < 0) return undefined
  try {
    const { spec = {}, felixConfiguration = {} } = JSON.parse(note.message.slice(start)) as Partial<Settings>
    return { spec, felixConfiguration }
  } catch {
    return undefined
  }
}
