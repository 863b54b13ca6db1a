/** Remembers what follows from an object that never changes, for as long as somebody has the object. */

/** The function, asked once for each object: Secrets are judged with every look at the cluster, and reading keys and certificates takes longer than all the rest. */
export function once<Of extends object, Result extends NonNullable<unknown>>(read: (of: Of) => Result): (of: Of) => Result {
  const known = new WeakMap<Of, Result>()
  return of => {
    const before = known.get(of)
    if (before !== undefined) return before
    const result = read(of)
    known.set(of, result)
    return result
  }
}
