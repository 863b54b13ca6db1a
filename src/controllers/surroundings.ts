/** What a process knows before it reads anything, beside what `Environment` says: what its flags, its image and its keys give it. */
import type { Issuer } from '../certificates/issue.ts'
import type { Environment } from '../installation/facts.ts'

export interface Surroundings {
  environment: Environment
  /** PEM text of the system roots of this process's image; may be empty. */
  systemRoots: string
  issuer: Issuer
  /** What /var/lib/calico/mtu says on the node this process runs on, where that is mounted. */
  nodeMtu?: () => string | undefined
}
