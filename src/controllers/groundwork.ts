/** What all of Calico stands on, and what is there although more is waited for: the namespace, and the configuration that Calico's own programs read. */
import { bgpFields, type FelixFields, felixFields, withImported } from '../installation/felix.ts'
import { unready } from '../installation/waiting.ts'
import * as kinds from '../kube/kinds.ts'
import type { KubeObject } from '../kube/objects.ts'
import { defineController, type Wanted } from '../reconcile/controller.ts'
import { type Problem, Waiting } from '../reconcile/problems.ts'
import { bgpConfiguration, felixConfiguration } from '../render/configuration.ts'
import { finish } from '../render/finish.ts'
import { namespaces } from '../render/namespaces/namespaces.ts'
import { calicoSystem } from '../render/parts/places.ts'
import { type Decision, decided, installation, readAsked, readDecision } from './asked.ts'
import { readNodeKeys } from './node-keys.ts'
import type { Surroundings } from './surroundings.ts'
import { finalizer } from './teardown.ts'

interface Found {
  decision: Decision
  /** What is wrong with the keys of an installation of which nothing is there yet. */
  faults: readonly Problem[]
}

export const groundwork = (surroundings: Surroundings) =>
  defineController<Found>({
    name: 'groundwork',
    serves: installation,
    reports: 'calico',
    makes: [kinds.RoleBinding, kinds.Secret],

    async read(cluster) {
      const asked = await readAsked(cluster)
      if (!asked) return undefined
      const decision = await readDecision(cluster, surroundings.environment, asked)
      const { calico } = decision
      const isNew = calico && !calico.terminating && !(await cluster.get(kinds.Namespace, calicoSystem))
      return { decision, faults: isNew ? (await readNodeKeys(cluster, surroundings, { calico })).problems : [] }
    },

    desired({ decision, faults }) {
      const { asked, facts } = decision
      // What is being deleted keeps what it has until its pods are gone.
      if (asked.base.metadata.deletionTimestamp) return {}
      const calico = decided(decision)
      const felix = withImported(felixFields(calico, facts), asked.imported, calico.migratingNamespace)
      // Nothing is begun with keys that peers would refuse; what runs goes on.
      const missing = [...unready(asked, facts, calico), ...faults]
      if (missing.length > 0) throw new Waiting([...missing, ...felix.problems])
      const bgp = bgpConfiguration({ enforced: bgpFields(calico), live: facts.bgp }, calico.v3)
      return {
        objects: [
          kept(asked.base),
          ...finish(calico, namespaces(calico)),
          // What a manifest's settings are read from is not changed before they are kept.
          ...(asked.imported?.recorded === false ? [] : felixConfiguration(shareOf(felix), calico.v3)),
          ...bgp.objects,
        ],
        remove: bgp.remove,
        problems: felix.problems,
      }
    },
  })

/** All that is written into the Installation itself: that it may not go before its pods. */
const kept = ({ apiVersion, kind, metadata: { name } }: KubeObject): Wanted => ({
  object: { apiVersion, kind, metadata: { name, finalizers: [finalizer] } },
  part: true,
})

const shareOf = ({ enforce, claim, annotations }: FelixFields) => ({ enforced: enforce, defaults: claim, annotations })
