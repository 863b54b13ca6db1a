/** Security contexts of containers (spec/installation-render.md §1.2). Holds constants only. */
import type { SecurityContext } from '../../kube/kinds.ts'

const hardened = { capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } }

/** For what programs the node: root, with all that the kernel allows. */
export const privileged: SecurityContext = {
  ...hardened,
  privileged: true,
  runAsUser: 0,
  runAsGroup: 0,
  runAsNonRoot: false,
  allowPrivilegeEscalation: true,
}

/** An ordinary user without privileges. */
export const unprivileged = (runAsUser: number, runAsGroup: number): SecurityContext => ({
  ...hardened,
  privileged: false,
  runAsUser,
  runAsGroup,
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
})

/** The user of all containers that have none of their own. */
export const nonRoot = unprivileged(10001, 10001)
