/** What a controller needs to run once over given objects: a reader of them, and a process that began when they were recorded. */
import { Issuer } from '../src/certificates/issue.ts'
import type { Surroundings } from '../src/controllers/surroundings.ts'
import type { Clock } from '../src/kube/clock.ts'
import type { KubeObject } from '../src/kube/objects.ts'
import type { Reader } from '../src/reconcile/controller.ts'
import { knownKeys } from './keys.ts'
import { readerOf } from './reader.ts'

/** The day on which clusters were recorded: their certificates are young. */
const stopped: Clock = { now: () => Date.parse('2026-11-21T12:00:00Z'), after: () => () => undefined }

/** Of a cluster that serves the kinds it has objects of, and Calico's own of the group that it has. */
export function surroundingsOf(
  objects: readonly KubeObject[],
  given: { host?: string } = {},
): { reader: Reader; surroundings: Surroundings } {
  const reader: Reader = {
    ...readerOf(objects),
    serves: async ({ apiVersion, kind }) =>
      objects.some(object => object.apiVersion === apiVersion && (object.kind === kind || apiVersion.includes('projectcalico.org/'))),
  }
  const name = 'tigera-operator'
  return {
    reader,
    surroundings: {
      environment: {
        operator: { namespace: name, name, serviceAccount: name },
        v3: !objects.some(({ apiVersion }) => apiVersion === 'crd.projectcalico.org/v1'),
        clusterDomain: 'cluster.local',
        kubernetes: { major: 1, minor: 35 },
        endpoint: { host: given.host ?? '10.96.0.1', port: '443' },
        manageCrds: true,
      },
      systemRoots: '',
      issuer: new Issuer({ clock: stopped, keys: knownKeys(), random: octets => new Uint8Array(octets).fill(1) }),
    },
  }
}
