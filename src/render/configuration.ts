/** FelixConfiguration and BGPConfiguration `default`: objects that users write too, of which only some fields are the operator's. Which ones, is decided elsewhere. */
import type { BGPConfigurationSpec } from '../../api/v3/bgp-configuration.ts'
import type { FelixConfigurationSpec } from '../../api/v3/felix-configuration.ts'
import { type BGPConfiguration, calicoKinds, type FelixConfiguration } from '../installation/kinds.ts'
import { type Kind, type KubeObject, refOf } from '../kube/objects.ts'
import type { Removal, Wanted } from '../reconcile/controller.ts'

/** Fields of an object that is not ours alone. */
export interface Share<Spec> {
  /** Ours, whatever anybody else says. */
  enforced: Partial<Spec>
  /** Each counts only where nobody has said anything. */
  defaults?: Partial<Spec>
  annotations?: Record<string, string>
}

/** Nothing when there is nothing to say: the object need not be there. */
export const felixConfiguration = (share: Share<FelixConfigurationSpec>, v3: boolean): Wanted<FelixConfiguration>[] =>
  shared(calicoKinds(v3).felix, share)

/**
 * Nothing when there is nothing to say: the object need not be there. What was said before is given up; an object that nobody else has ever written to goes.
 */
export function bgpConfiguration(
  { live, ...share }: Share<BGPConfigurationSpec> & { live: BGPConfiguration | undefined },
  v3: boolean,
): { objects: Wanted<BGPConfiguration>[]; remove: Removal[] } {
  const objects = shared(calicoKinds(v3).bgp, share)
  if (!live || objects.length > 0) return { objects, remove: [] }
  const { apiVersion, kind, metadata } = live
  if (hasOneWriter(live)) return { objects, remove: [{ ref: refOf(live), ours: '' }] }
  return {
    objects: [{ object: { apiVersion, kind, metadata: { name: metadata.name, uid: metadata.uid }, spec: {} }, part: true }],
    remove: [],
  }
}

const hasOneWriter = ({ metadata: { managedFields = [] } }: KubeObject): boolean =>
  new Set(managedFields.map(({ manager }) => manager)).size === 1

function shared<T extends KubeObject & { spec?: object }>(
  kind: Kind<T>,
  { enforced, defaults = {}, annotations = {} }: Share<NonNullable<T['spec']>>,
): Wanted<T>[] {
  const says = [enforced, defaults, annotations].some(part => Object.keys(part).length > 0)
  if (!says) return []
  const object = {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: { name: 'default', ...(Object.keys(annotations).length > 0 && { annotations }) },
    ...(Object.keys(enforced).length > 0 && { spec: enforced }),
  }
  return [{ object: object as unknown as T, part: true, ...(Object.keys(defaults).length > 0 && { defaults: { spec: defaults } }) }]
}
