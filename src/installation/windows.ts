/** What Windows nodes are given, and what they cannot go on without and somebody else has to bring. Only tells; who waits is the controller (spec/installation-controller.md §13). */
import type { InstallationSpec } from '../../api/installation.ts'
import { refOf } from '../kube/objects.ts'
import type { Problem } from '../reconcile/problems.ts'
import type { Calico } from './calico.ts'
import type { Asked, Facts } from './facts.ts'
import type { ImageName } from './images.ts'
import type { ClusterDns } from './providers.ts'
import { withoutPullSecrets } from './waiting.ts'

/** What is only looked at where Windows nodes are wanted. */
export interface WindowsFacts {
  /**
   * Whether a block of addresses belongs to one node alone: IPAMConfiguration default, spec.strictAffinity; `unserved` while its kind is not served.
   * Undefined where addresses are not Calico's to give.
   */
  readonly affinity?: 'strict' | 'loose' | 'unserved'
  /** Where the cluster's DNS is said to be, and its addresses; undefined when there is no such Service. */
  readonly dns: { readonly at: ClusterDns; readonly addresses?: readonly string[] }
}

export const windowsImages: readonly ImageName[] = ['nodeWindows', 'cniWindows']

/** Whether Windows nodes are wanted at all. */
export const wantsWindows = ({ calicoNetwork: { windowsDataplane = 'Disabled' } = {} }: InstallationSpec): boolean =>
  windowsDataplane !== 'Disabled'

/** Of a spec with its defaults. */
export function windowsOf(spec: InstallationSpec): Calico['windows'] {
  if (!wantsWindows(spec)) return undefined
  const { cniBinDir = '', cniConfigDir = '', cniLogDir = '', vxlanMACPrefix, vxlanAdapter } = spec.windowsNodes ?? {}
  return {
    cniDirs: { bin: cniBinDir, config: cniConfigDir, log: cniLogDir },
    macPrefix: vxlanMACPrefix || '0E-2A',
    adapter: vxlanAdapter ?? '',
    serviceCIDRs: spec.serviceCIDRs ?? [],
  }
}

/** All that holds up the pods on Windows nodes, and only these. */
export function windowsHeldUp(asked: Asked, facts: Facts, { calico, found }: { calico: Calico; found: WindowsFacts }): Problem[] {
  const missing = [
    facts.servicesEndpoint ? undefined : withoutEndpoint(facts),
    withoutDirectories(asked, calico),
    found.affinity && withoutAffinity[found.affinity],
    found.dns.addresses ? undefined : withoutDns(found.dns.at),
  ]
  return [
    ...missing.filter(problem => problem !== undefined),
    ...withoutPullSecrets(asked, facts),
    ...calico.lacks(['keyCertProvisioner', ...windowsImages]),
  ]
}

const withoutEndpoint = ({ environment: { operator } }: Facts): Problem => ({
  reason: 'ResourceReadError',
  message: 'Error reading services endpoint configmap: ConfigMap "kubernetes-services-endpoint" not found',
  object: { apiVersion: 'v1', kind: 'ConfigMap', name: 'kubernetes-services-endpoint', namespace: operator.namespace },
  remedy:
    'Create it with KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: Windows nodes cannot reach the API by its Service until Calico runs',
})

/** Whoever switches Windows on in an overlay has to say it all there: what is usual is filled in for the Installation named default alone. */
function withoutDirectories({ base }: Asked, { windows }: Calico): Problem | undefined {
  const { bin, config, log } = windows?.cniDirs ?? {}
  if (bin && config && log) return undefined
  return {
    reason: 'ResourceNotReady',
    message: 'Installation spec.windowsNodes lacks cniBinDir, cniConfigDir or cniLogDir',
    object: refOf(base),
    path: 'spec.windowsNodes',
    remedy: 'Write all three where windowsDataplane is HNS, or write windowsDataplane in the Installation default',
  }
}

const ipam = { apiVersion: 'projectcalico.org/v3', kind: 'IPAMConfiguration', name: 'default' }

const withoutAffinity: Record<NonNullable<WindowsFacts['affinity']>, Problem | undefined> = {
  strict: undefined,
  loose: {
    reason: 'ResourceReadError',
    message:
      "Invalid StrictAffinity, it must be set to 'true' when using Calico IPAM on Windows: " +
      "StrictAffinity is false, it must be set to 'true' in the default IPAMConfiguration when using Calico IPAM on Windows",
    object: ipam,
    path: 'spec.strictAffinity',
    remedy: 'Write strictAffinity: true there; a Windows node has no use for addresses of another node’s block',
  },
  unserved: {
    reason: 'ResourceNotReady',
    message: 'Waiting for IPAMConfiguration watch to be established',
    object: ipam,
    remedy: 'With CRDs of crd.projectcalico.org the API server of Calico serves it: create an APIServer, and see TigeraStatus apiserver',
  },
}

const withoutDns = ({ service, namespace }: ClusterDns): Problem => ({
  reason: 'ResourceNotFound',
  message: `${service} service not found: Service "${service}" not found`,
  object: { apiVersion: 'v1', kind: 'Service', name: service, namespace },
  remedy: 'Pods on Windows nodes are told the addresses of the cluster’s DNS: create its Service',
})
