/** What moves packets under the manifest (spec/namespace-migration.md §A.3.13, §A.3.14). Pure. */
import type { Examination, Taken } from './examination.ts'
import { servicesEndpoint } from './manifest.ts'

const modeVariable = 'FELIX_NFTABLESMODE'

export function dataplane(seen: Examination): Taken {
  const bpf = usesBpf(seen)
  const nftables = usesNftables(seen)
  if (bpf && nftables) {
    seen.refuse({
      path: seen.pathOf(modeVariable),
      message: 'both the BPF and the nftables dataplane are on',
      remedy: 'Switch one of them off, here and in FelixConfiguration default',
    })
  }
  if (bpf) return { spec: { calicoNetwork: { linuxDataplane: 'BPF' } } }
  return nftables ? { spec: { calicoNetwork: { linuxDataplane: 'Nftables' } } } : {}
}

/** It does without kube-proxy, and so has to know where the API answers. */
function usesBpf(seen: Examination): boolean {
  const variable = seen.value('FELIX_BPFENABLED')?.toLowerCase()
  if (seen.manifest.felix?.spec?.bpfEnabled !== true && variable !== 'true') return false
  const { host, port } = endpointOf(seen)
  if (!host || !port) {
    seen.refuse({
      in: servicesEndpoint,
      path: 'data',
      message: 'does not say where the Kubernetes API answers without kube-proxy, which the BPF dataplane has to know',
      remedy: 'Create it with KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT',
    })
  }
  return true
}

const endpointOf = ({ manifest }: Examination) => {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = manifest.servicesEndpoint?.data ?? {}
  return { host, port }
}

/** The variable has the last word. */
function usesNftables(seen: Examination): boolean {
  const variable = seen.value(modeVariable)?.toLowerCase()
  if (variable === 'disabled') return false
  return variable === 'enabled' || seen.manifest.felix?.spec?.nftablesMode === 'Enabled'
}
