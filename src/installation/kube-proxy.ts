/**
 * Whether kube-proxy runs. The BPF dataplane does its work, so where the Installation leaves kube-proxy to the operator it is switched off by a label that no node has.
 * Decides; writes nothing (spec/ippool-kubeproxy-secrets-csr-imageset.md §2).
 */
import type { DaemonSet } from '../kube/kinds.ts'
import { refOf } from '../kube/objects.ts'
import type { Problem } from '../reconcile/problems.ts'
import { installationRef } from './facts.ts'

/** On the pods of kube-proxy, and on no node. */
const offSwitch = 'operator.tigera.io/disable-kube-proxy'
/** Where it is in the DaemonSet. */
export const offSwitchPath: readonly string[] = ['spec', 'template', 'spec', 'nodeSelector', offSwitch]

export interface KubeProxyFacts {
  /** FelixConfiguration says so: calico-node is ready for it on every node. */
  readonly bpf: boolean
  readonly daemonSet?: DaemonSet
}

/** `off`: with this node selector. `on`: without the switch, if it is there. */
export type KubeProxy = { readonly off: Readonly<Record<string, string>> } | 'on' | { readonly problems: Problem[] }

/** Where it is left to the operator. */
export function kubeProxyOf({ bpf, daemonSet }: KubeProxyFacts): KubeProxy {
  const problems = daemonSet ? managedByOthers(daemonSet) : [missing]
  if (problems.length > 0) return { problems }
  return bpf ? { off: { ...selectorOf(daemonSet), [offSwitch]: 'true' } } : 'on'
}

const selectorOf = (daemonSet: DaemonSet | undefined): Readonly<Record<string, string>> =>
  daemonSet?.spec?.template.spec?.nodeSelector ?? {}

const missing: Problem = {
  reason: 'ResourceNotFound',
  message: 'failed to retrieve kube-proxy DaemonSet: daemonsets.apps "kube-proxy" not found',
  object: installationRef,
  path: 'spec.calicoNetwork.kubeProxyManagement',
  remedy: 'Where kube-proxy is not a DaemonSet of that name, or there is none, write Disabled',
}

/** Marks of tools that would switch it on again. */
const marks = [
  { of: 'labels', key: 'app.kubernetes.io/managed-by', by: 'another tool' },
  { of: 'labels', key: 'addonmanager.kubernetes.io/mode', by: 'the addon manager' },
  { of: 'annotations', key: 'argocd.argoproj.io/tracking-id', by: 'Argo CD' },
] as const

const managedByOthers = ({ metadata, ...rest }: DaemonSet): Problem[] =>
  marks
    .filter(({ of, key }) => metadata[of]?.[key] !== undefined)
    .map(({ of, key, by }) => ({
      reason: 'ResourceValidationError',
      message: `failed to validate kube-proxy DaemonSet: it is managed by ${by}, as ${of.slice(0, -1)} ${key} says, which would undo changes`,
      object: refOf({ metadata, ...rest }),
      path: `metadata.${of}[${key}]`,
      remedy: 'Switch kube-proxy off where it is managed, and write kubeProxyManagement: Disabled in the Installation',
    }))

export interface Surety {
  /** Named by the user, or detected; `none` otherwise. */
  readonly provider: string
  /** The API is found without kube-proxy: by ConfigMap kubernetes-services-endpoint, or spec.calicoNetwork.bpfNetworkBootstrap. */
  readonly apiKnown: boolean
}

/** What may go wrong while it is off, in sentences. */
export const risksWithoutKubeProxy = ({ provider, apiKnown }: Surety): string[] => [
  ...(provider === 'none'
    ? []
    : [`kube-proxy is switched off by its node selector; where ${provider} manages it, that may be undone: switch it off there instead`]),
  ...(apiKnown
    ? []
    : [
        'kube-proxy is switched off, and nothing tells calico-node of a new node where the Kubernetes API is: create ConfigMap kubernetes-services-endpoint, or write bpfNetworkBootstrap: Enabled',
      ]),
]
