/** How many Typhas a cluster needs. A rule of arithmetic; it never looks at a cluster. */

/**
 * One fewer than there are nodes in the smallest clusters, so that a drained one has somewhere to go; three from five nodes on, and then one more for every 200
 * (spec/installation-controller.md §5).
 */
export function typhaReplicas(schedulableNodes: number): number {
  if (schedulableNodes <= 2) return 1
  if (schedulableNodes <= 4) return 2
  return Math.max(3, Math.floor(schedulableNodes / 200) + 2)
}
