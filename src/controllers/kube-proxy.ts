/** Switches kube-proxy off while the BPF dataplane does its work, and on again after; only where the Installation says that it may. */
import { type Asked, type Environment, specOf } from '../installation/facts.ts'
import { calicoKinds } from '../installation/kinds.ts'
import { type KubeProxy, kubeProxyOf, offSwitchPath, risksWithoutKubeProxy } from '../installation/kube-proxy.ts'
import { readDetected } from '../installation/read.ts'
import { ConfigMap, DaemonSet } from '../kube/kinds.ts'
import type { ObjectRef } from '../kube/objects.ts'
import { defineController, type Reader, type Wanted } from '../reconcile/controller.ts'
import { Waiting } from '../reconcile/problems.ts'
import { readAsked } from './asked.ts'
import type { Surroundings } from './surroundings.ts'

const ref: ObjectRef = { apiVersion: DaemonSet.apiVersion, kind: DaemonSet.kind, name: 'kube-proxy', namespace: 'kube-system' }

interface Managed {
  kubeProxy: KubeProxy
  risks: string[]
}

export const kubeProxy = ({ environment }: Surroundings) =>
  defineController<Managed>({
    name: 'kubeproxy-monitor',
    reports: 'kubeproxy-monitor',

    async read(cluster) {
      const asked = await readManaging(cluster)
      if (!asked) return undefined
      const [bpf, daemonSet] = await Promise.all([readBpf(cluster, environment), cluster.get(DaemonSet, ref.name, ref.namespace)])
      const decided = kubeProxyOf({ bpf, daemonSet })
      const off = decided !== 'on' && 'off' in decided
      return { kubeProxy: decided, risks: off ? await readRisks(cluster, { asked, environment }) : [] }
    },

    desired({ kubeProxy, risks }) {
      if (kubeProxy === 'on') return { release: { ref, fields: [offSwitchPath] } }
      if ('problems' in kubeProxy) throw new Waiting(kubeProxy.problems)
      return { objects: [selecting(kubeProxy.off)], warnings: risks }
    },
  })

/** Brings back a kube-proxy that the operator switched off and nobody manages any more, once nothing does its work: else no Service would answer. */
export const kubeProxyBack = ({ environment }: Surroundings) =>
  defineController<{ needed: boolean }>({
    name: 'kube-proxy',
    reports: 'calico',

    async read(cluster) {
      const [asked, managing, bpf] = await Promise.all([readAsked(cluster), readManaging(cluster), readBpf(cluster, environment)])
      const installed = asked !== undefined && asked.base.metadata.deletionTimestamp === undefined
      return { needed: !managing && !(installed && bpf) }
    },

    desired: ({ needed }) => (needed ? { release: { ref, fields: [offSwitchPath], ours: true } } : {}),
  })

/** What was asked, where kube-proxy is left to the operator. */
async function readManaging(cluster: Reader): Promise<Asked | undefined> {
  const asked = await readAsked(cluster)
  const leaving = asked?.base.metadata.deletionTimestamp !== undefined
  return asked && !leaving && specOf(asked).calicoNetwork?.kubeProxyManagement === 'Enabled' ? asked : undefined
}

async function readBpf(cluster: Reader, { v3 }: Environment): Promise<boolean> {
  const felix = await cluster.get(calicoKinds(v3).felix, 'default')
  return felix?.spec?.bpfEnabled === true
}

interface Asking {
  asked: Asked
  environment: Environment
}

async function readRisks(cluster: Reader, { asked, environment }: Asking): Promise<string[]> {
  const [detected, endpoint] = await Promise.all([
    readDetected(cluster, asked.base),
    cluster.get(ConfigMap, 'kubernetes-services-endpoint', environment.operator.namespace),
  ])
  const { kubernetesProvider, calicoNetwork } = specOf(asked)
  return risksWithoutKubeProxy({
    provider: kubernetesProvider || detected?.name || 'none',
    apiKnown: endpoint !== undefined || calicoNetwork?.bpfNetworkBootstrap === 'Enabled',
  })
}

/** The server takes a selector as a whole, so what others have in it is said too. */
const selecting = (nodeSelector: Readonly<Record<string, string>>): Wanted => {
  const { apiVersion, kind, name, namespace } = ref
  const object = { apiVersion, kind, metadata: { name, namespace }, spec: { template: { spec: { nodeSelector } } } }
  return { object, part: true }
}
