/** Moves a Calico that a manifest installed from kube-system to calico-system. Its settings are taken over by whoever reads the Installation; here only its pods are. */
import { recordedIn } from '../installation/imported.ts'
import { servicesEndpoint } from '../migration/manifests/manifest.ts'
import { type Copy, moved } from '../migration/namespace/move.ts'
import { type Move, readMove } from '../migration/namespace/state.ts'
import { defineController } from '../reconcile/controller.ts'
import { installation, readAsked } from './asked.ts'
import type { Surroundings } from './surroundings.ts'

interface Found {
  /** Undefined while the Installation is being deleted: then nothing is moved any more. */
  move?: Move
  copy: Copy
}

export const migration = ({ environment: { operator } }: Surroundings) =>
  defineController<Found>({
    name: 'migration',
    serves: installation,
    reports: 'calico',

    async read(cluster) {
      const asked = await readAsked(cluster)
      if (!asked) return undefined
      const { metadata, status } = asked.base
      if (metadata.deletionTimestamp) return { copy: {} }
      const bpf = recordedIn(status?.conditions)?.spec.calicoNetwork?.linuxDataplane === 'BPF'
      return {
        move: await readMove(cluster, asked.base),
        copy: bpf ? { servicesEndpoint: { ...servicesEndpoint, namespace: operator.namespace } } : {},
      }
    },

    desired: ({ move, copy }) => (move ? moved(move, copy) : {}),
  })
