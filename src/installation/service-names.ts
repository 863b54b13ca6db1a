/** What a Service of Calico's is called by those who reach it (spec/installation-controller.md §9.5). Pure text. */
import type { Calico } from './calico.ts'

const namespace = 'calico-system'

type Domain = Pick<Calico, 'clusterDomain'>

/** The names that its certificate has to be good for, from the shortest to the whole; the last one only where the cluster's domain is known. */
export function serviceNames(service: string, { clusterDomain }: Domain): string[] {
  const known = [service, `${service}.${namespace}`, `${service}.${namespace}.svc`]
  return clusterDomain === '' ? known : [...known, `${service}.${namespace}.svc.${clusterDomain}`]
}

/** The cluster's domain for whoever has to be told one: what it is called nearly everywhere, where nobody knows. */
export const domainOf = ({ clusterDomain }: Domain): string => clusterDomain || 'cluster.local'

/** The longest that is known of its names: no search list leads elsewhere. */
export const wholeName = (service: string, domain: Domain): string => serviceNames(service, domain).at(-1)!
