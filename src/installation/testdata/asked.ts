/** Installations and facts for tests: nothing asked and an empty cluster, but for what a test says. */
import type { Installation, InstallationSpec } from '../../../api/installation.ts'
import type { Calico } from '../calico.ts'
import { type Asked, type Facts, heard } from '../facts.ts'
import type { IPPool } from '../kinds.ts'
import { type Resolution, resolve } from '../resolve.ts'

const installation = (spec: InstallationSpec, name = 'default'): Installation => ({
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  metadata: { name },
  spec,
})

export const asking = (spec: InstallationSpec, overlay?: InstallationSpec): Asked =>
  heard(installation(spec), overlay && installation(overlay, 'overlay'))

export const factsWith = (facts: Partial<Facts> = {}): Facts => ({
  environment: {
    operator: { namespace: 'tigera-operator', name: 'tigera-operator', serviceAccount: 'tigera-operator' },
    v3: true,
    clusterDomain: 'cluster.local',
    kubernetes: { major: 1, minor: 35 },
    endpoint: { host: '10.96.0.1', port: '443' },
    manageCrds: false,
  },
  nodes: { schedulable: 3, schedulableLinux: 3, evidence: {} },
  awsNode: false,
  pools: [],
  tier: false,
  tierLabels: false,
  imageSets: [],
  pullSecrets: [],
  migratingNamespace: false,
  ...facts,
})

export const ipPool = (name: string, spec: NonNullable<IPPool['spec']>, labels?: Record<string, string>): IPPool => ({
  apiVersion: 'projectcalico.org/v3',
  kind: 'IPPool',
  metadata: { name, ...(labels && { labels }) },
  spec,
})

export const resolving = (spec: InstallationSpec, facts: Partial<Facts> = {}): Resolution => resolve(asking(spec), factsWith(facts))

/** What was decided; fails the test with the problems when there are any. */
export function decided(spec: InstallationSpec, facts: Partial<Facts> = {}): Calico {
  const result = resolving(spec, facts)
  if ('problems' in result) throw new Error(result.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'))
  return result.calico
}

/** Paths and messages of all problems, those of pools too. */
export function problemsOf(result: Resolution): { path?: string; message: string }[] {
  const all = 'problems' in result ? result.problems : result.pools.problems
  return all.map(({ path, message }) => ({ ...(path && { path }), message }))
}
