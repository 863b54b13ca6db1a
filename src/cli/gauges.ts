/** Metrics that are read off the cache whenever somebody asks for them: how parts of Calico stand, when certificates expire, and what cannot be read. Asks no server. */
import { TigeraStatus } from '../../api/tigerastatus.ts'
import { signerLabel } from '../certificates/stored.ts'
import type { Cache } from '../kube/cache.ts'
import { Secret } from '../kube/kinds.ts'
import { isTrue, resourceOf } from '../kube/objects.ts'
import { Gauge, type Registry } from './prometheus.ts'

const conditions = ['Available', 'Progressing', 'Degraded']
const annotation = (name: string) => `certificates.operator.tigera.io/${name}`

/** The first two are named as by the reference. */
export function clusterGauges(registers: Registry[]): { look(cache: Cache): () => void } {
  let cache: Cache | undefined
  new Gauge({
    name: 'tigera_operator_component_status',
    help: 'Conditions of TigeraStatuses: 1 is true, 0 is not.',
    labelNames: ['component', 'condition'],
    registers,
    collect() {
      this.reset()
      for (const { metadata, status } of cache?.known(TigeraStatus) ?? [])
        for (const condition of conditions) {
          const is = isTrue(status?.conditions, condition)
          this.set({ component: metadata.name, condition: condition.toLowerCase() }, is ? 1 : 0)
        }
    },
  })
  new Gauge({
    name: 'tigera_operator_tls_certificate_expiry_timestamp_seconds',
    help: 'When certificates in Secrets of the operator expire, in seconds since 1970.',
    labelNames: ['name', 'namespace', 'issuer'],
    registers,
    collect() {
      this.reset()
      for (const { metadata } of cache?.known(Secret) ?? []) {
        const { name, namespace = '', labels = {}, annotations = {} } = metadata
        const expiry = Date.parse(annotations[annotation('expiry')] ?? '')
        if (signerLabel in labels && !Number.isNaN(expiry))
          this.set({ name, namespace, issuer: annotations[annotation('issuer')] ?? '' }, expiry / 1_000)
      }
    },
  })
  new Gauge({
    name: 'calico_operator_unreadable',
    help: '1 for a resource that cannot be watched now, everywhere or in some namespace: no rights, or no answer.',
    labelNames: ['resource'],
    registers,
    collect() {
      this.reset()
      for (const { kind } of cache?.failing ?? []) this.set({ resource: resourceOf(kind) }, 1)
    },
  })
  return {
    look(given) {
      cache = given
      return () => {
        cache = undefined
      }
    },
  }
}
