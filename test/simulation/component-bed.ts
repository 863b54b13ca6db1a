/** A cluster in memory whose user asks for components by resources of their own, and changes their mind. Judges nothing. */
import type { Mode } from '../../api/index.ts'
import { ground } from '../../src/cli/ground.ts'
import { Offline } from '../../src/cli/offline.ts'
import type { KubeObject, ObjectRef } from '../../src/kube/objects.ts'
import type { Snapshot } from '../../src/sandbox/sandbox.ts'
import { knownKeys } from '../keys.ts'
import { stateOf } from './cluster.ts'

/** The spec of each resource that the user has. */
export type Wishes = Partial<Record<keyof typeof resources, object>>

const resources = {
  installation: { kind: 'Installation', name: 'default' },
  apiServer: { kind: 'APIServer', name: 'default' },
  goldmane: { kind: 'Goldmane', name: 'default' },
  whisker: { kind: 'Whisker', name: 'default' },
  guardian: { kind: 'ManagementClusterConnection', name: 'tigera-secure' },
} as const
const apiVersion = 'operator.tigera.io/v1'

const refOf = (resource: keyof Wishes): ObjectRef => ({ apiVersion, ...resources[resource] })
const objectOf = (resource: keyof Wishes, spec: object): KubeObject & { spec: object } => ({
  apiVersion,
  kind: resources[resource].kind,
  metadata: { name: resources[resource].name },
  spec,
})

/** What a connection to a managing cluster needs beside its resource. */
const surroundings = (mode: Mode): KubeObject[] => {
  const tunnel = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'tigera-managed-cluster-connection', namespace: 'tigera-operator' },
    data: { 'managed-cluster.crt': 'YQ==', 'managed-cluster.key': 'Yg==' },
  }
  const information = {
    apiVersion: mode === 'v3' ? 'projectcalico.org/v3' : 'crd.projectcalico.org/v1',
    kind: 'ClusterInformation',
    metadata: { name: 'default' },
    spec: { calicoVersion: 'v3.32.1' },
  }
  return [tunnel, information]
}

const names = Object.keys(resources) as (keyof Wishes)[]

/** Three nodes, what the user wishes, and no operator yet. */
export async function wishing(wishes: Wishes, mode: Mode): Promise<Snapshot> {
  const cluster = new Offline({ keys: knownKeys() })
  await cluster.furnish([...ground(mode), ...surroundings(mode)])
  await cluster.addNodes([{ count: 3 }])
  await cluster.furnish(names.flatMap(name => (wishes[name] ? objectOf(name, wishes[name]) : [])))
  await cluster.rest()
  const snapshot = cluster.sandbox.snapshot()
  cluster.close()
  return snapshot
}

/** The user deletes, creates and changes resources until they say what is wished. */
export async function change(cluster: Offline, from: Wishes, to: Wishes): Promise<void> {
  await cluster.does(async user => {
    for (const name of names) {
      const [before, after] = [from[name], to[name]]
      if (before && !after) await user.delete(refOf(name))
      if (after && !before) await user.create(objectOf(name, after))
      if (after && before) {
        const gone = Object.keys(before).filter(field => !(field in after))
        await user.mergePatch(refOf(name), { spec: { ...Object.fromEntries(gone.map(field => [field, null])), ...after } })
      }
    }
  })
}

/** The state of the cluster but for what follows from how often something was changed, and from which address was free. */
export const endOf = (cluster: Offline): Map<string, string> =>
  new Map([...stateOf(cluster)].map(([place, text]) => [place, changes.reduce((rest, [what, by]) => rest.replaceAll(what, by), text)]))

const changes: [RegExp, string][] = [
  [/"ip": "[^"]*"/g, '"ip": "<address>"'],
  [/"(deployment\.kubernetes\.io\/revision|deprecated\.daemonset\.template\.generation)": "\d+",?\s*/g, ''],
  [/"(batch\.kubernetes\.io\/)?controller-uid": "[^"]*"/g, '"$1controller-uid": "<uid>"'],
  [/,(\s*})/g, '$1'],
]
