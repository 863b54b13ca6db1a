/** Of which objects of a kind something is: all, those of one namespace, or one. Knows no object. */

/** All of a kind, of one namespace, or one object. */
export interface Scope {
  namespace?: string
  name?: string
}

/** Whether all that is within the narrower scope is within the wider one; an object is a scope of one. */
export const covers = (wider: Scope, narrower: Scope): boolean =>
  (wider.namespace === undefined || wider.namespace === narrower.namespace) && (wider.name === undefined || wider.name === narrower.name)

export const narrowness = ({ namespace, name }: Scope): number => (namespace === undefined ? 0 : 1) + (name === undefined ? 0 : 2)
