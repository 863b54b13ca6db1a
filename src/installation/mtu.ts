/** The MTU of pod interfaces, as far as it is known here: nodes find it out for themselves. Never looks at an interface or a file. */
import type { Problem } from '../reconcile/problems.ts'

/**
 * What status reports: the user's number; without one, what calico-node wrote on the operator's own node, given as the text of its file; 0 while that is unknown
 * (spec/installation-controller.md §3, step 44).
 */
export function reportedMtu(asked: number | undefined, written: string | undefined): { mtu: number } | { problem: Problem } {
  if (asked !== undefined) return { mtu: asked }
  if (written === undefined) return { mtu: 0 }
  const mtu = Number(written.trim())
  if (/^\s*\d+\s*$/.test(written) && mtu <= 2 ** 31 - 1) return { mtu }
  return {
    problem: {
      reason: 'ResourceReadError',
      message: `error reading network MTU: ${JSON.stringify(written.slice(0, 40))} is no number`,
      remedy: 'Delete the file /var/lib/calico/mtu on the node of the operator; calico-node writes it anew',
    },
  }
}
