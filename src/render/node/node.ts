/** calico-node: what makes a node's pods part of the network. */
import { hash } from '../../certificates/hash.ts'
import type { Calico } from '../../installation/calico.ts'
import { migrationLabel, stages } from '../../installation/migration-label.ts'
import type { ConfigMap, Container, DaemonSet } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { container, execProbe, localHttpProbe } from '../parts/container.ts'
import { calicoSystem } from '../parts/places.ts'
import { present, when } from '../parts/present.ts'
import { everywhere } from '../parts/scheduling.ts'
import { privileged } from '../parts/security.ts'
import { daemonSet, pods, scraped } from '../parts/workload.ts'
import { clusterAdmin, handOver, nodeAccess } from './access.ts'
import { cniConfig } from './cni-config.ts'
import { dataplaneParts } from './dataplane.ts'
import { nodeEnv } from './env.ts'
import { initContainers } from './init.ts'
import type { NodeKeys } from './keys.ts'
import { bgpLayout, birdTemplates, mounts, templatesOf, volumes } from './volumes.ts'

const name = 'calico-node'

/** calico-node with its permissions and its configuration (spec/installation-render.md §6). */
export const node = (calico: Calico, keys: NodeKeys): KubeObject[] => [
  ...nodeAccess(calico),
  ...copies(calico),
  ...(calico.cni.managed ? [cniConfig(calico)] : []),
  ...(calico.provider.clusterAdmin ? [clusterAdmin] : []),
  workload(calico, keys),
  ...(calico.migratingNamespace ? handOver : []),
]

/** The user's own files, in the namespace of the pods that mount them. */
const copies = (calico: Calico): ConfigMap[] => {
  const templates = templatesOf(calico)
  return present(
    calico.bgpLayout && { ...calico.bgpLayout, metadata: { name: bgpLayout, namespace: calicoSystem } },
    templates && {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: birdTemplates, namespace: calicoSystem },
      data: templates,
    },
  )
}

const workload = (calico: Calico, keys: NodeKeys): DaemonSet =>
  daemonSet(name, {
    updateStrategy: calico.node.updateStrategy,
    template: pods({
      annotations: annotations(calico, keys),
      serviceAccountName: name,
      hostNetwork: true,
      dnsPolicy: calico.dns.policy,
      dnsConfig: calico.dns.config,
      hostAliases: calico.goldmane && [{ ip: calico.goldmane.clusterIP, hostnames: ['goldmane.calico-system.svc'] }],
      priorityClassName: 'system-node-critical',
      terminationGracePeriodSeconds: 5,
      tolerations: everywhere,
      affinity: calico.provider.nodeAffinity,
      // Only on nodes that the calico-node of the manifest has left.
      nodeSelector: when(calico.migratingNamespace, { [migrationLabel]: stages.after }),
      volumes: volumes(calico, keys),
      initContainers: initContainers(calico, keys),
      containers: [main(calico, keys)],
    }),
  })

/** Whatever is read only at start has its hash here, so that a change of it starts new pods. */
function annotations(calico: Calico, { trust }: NodeKeys): Record<string, string> {
  const { appArmorProfile, metricsPort } = calico.node
  return {
    ...trust.hashes,
    ...hashed('cni-config', calico.cni.managed && cniConfig(calico).data),
    ...hashed('bird-templates', templatesOf(calico)),
    ...hashed('bgp-layout', calico.bgpLayout && { ...calico.bgpLayout.data }),
    ...hashed('bgp-bind-mode', calico.bgpBindMode),
    ...scraped(metricsPort),
    ...(appArmorProfile !== undefined && { [`container.apparmor.security.beta.kubernetes.io/${name}`]: appArmorProfile }),
  }
}

const hashed = (what: string, value: string | Record<string, string> | false | undefined): Record<string, string> =>
  value === undefined || value === false ? {} : { [`hash.operator.tigera.io/${what}`]: hash(value) }

function main(calico: Calico, keys: NodeKeys): Container {
  const bird = calico.bgp && dataplaneParts(calico).bird
  return container(name, {
    image: calico.image('node'),
    securityContext: privileged,
    volumeMounts: mounts(calico, keys),
    livenessProbe: localHttpProbe('/liveness', calico.felix.healthPort),
    readinessProbe: execProbe(present('/bin/calico-node', bird && '-bird-ready', '-felix-ready'), { timeoutSeconds: 10 }),
    lifecycle: { preStop: { exec: { command: ['/bin/calico-node', '-shutdown'] } } },
    env: nodeEnv(calico, keys),
  })
}
