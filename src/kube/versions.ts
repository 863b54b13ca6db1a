/** Order of resourceVersions. Kubernetes 1.35 guarantees that those of one kind can be compared; other servers may not keep to it. */

/**
 * Negative when the first is older, 0 when they are the same, positive when it is newer; undefined when nothing can be said.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
export function compareVersions(one: string | undefined, other: string | undefined): number | undefined {
  if (one === other) return 0
  if (!(isDecimal(one) && isDecimal(other))) return undefined
  // Longer than 64 bits in no server known, but nothing says so: as text.
  if (one.length !== other.length) return one.length - other.length
  return one < other ? -1 : 1
}

const isDecimal = (version: string | undefined): version is string => version !== undefined && /^[1-9]\d*$/.test(version)
