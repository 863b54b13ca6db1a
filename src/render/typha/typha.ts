/** Typha: what calico-node watches the cluster through. */
import type { KeyPair, TrustedBundle } from '../../certificates/keys.ts'
import type { Calico } from '../../installation/calico.ts'
import type { Affinity, Container, Deployment, PodDisruptionBudget } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { apiServerEnv, container, localHttpProbe } from '../parts/container.ts'
import { calicoSystem } from '../parts/places.ts'
import { present, when } from '../parts/present.ts'
import { clusterRole, clusterRoleBinding, serviceAccount, useOf } from '../parts/rbac.ts'
import { nonRoot } from '../parts/security.ts'
import { service } from '../parts/service.ts'
import { deployment, pods, scraped } from '../parts/workload.ts'
import { rules } from './rules.ts'

const name = 'calico-typha'
const port = 5473

export interface TyphaKeys {
  server: KeyPair
  /** The pair of calico-node, the only client that Typha serves. */
  client: KeyPair
  trust: TrustedBundle
}

/** Typha fans the datastore's watches out to every calico-node, so that a thousand nodes do not each watch the API server (spec/installation-render.md §5). */
export function typha(calico: Calico, keys: TyphaKeys): KubeObject[] {
  const { metricsPort } = calico.typha
  return present<KubeObject>(
    serviceAccount(name),
    clusterRole(name, present(...rules, calico.provider.securityContextConstraints && useOf('nonroot-v2'))),
    clusterRoleBinding(name),
    disruptionBudget,
    service(name, { ports: [{ name, protocol: 'TCP', port, targetPort: name }] }),
    workload(calico, keys),
    metricsPort !== undefined && metrics(metricsPort),
  )
}

function workload(calico: Calico, keys: TyphaKeys): Deployment {
  const { server, trust } = keys
  const { replicas, gracePeriod, metricsPort, affinity, tolerations } = calico.typha
  return deployment(name, {
    replicas, // why this many: ../../installation/typha-replicas.ts
    revisionHistoryLimit: 2,
    // A full surge lets clients shed by old Typhas land on new ones only: each reconnects once per upgrade.
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '100%', maxUnavailable: 1 } },
    progressDeadlineSeconds: Math.max(600, Math.floor(gracePeriod * 1.2)),
    template: pods({
      annotations: { ...trust.hashes, ...server.hash, ...scraped(metricsPort) },
      serviceAccountName: name,
      hostNetwork: true,
      priorityClassName: 'system-cluster-critical',
      terminationGracePeriodSeconds: gracePeriod,
      tolerations,
      affinity: calico.migratingNamespace ? awayFromPredecessor(affinity) : affinity,
      volumes: [trust.volume, server.volume],
      initContainers: present(server.initContainer?.({ namespace: calicoSystem, securityContext: nonRoot })),
      containers: [main(calico, keys)],
    }),
  })
}

function main(calico: Calico, { server, client, trust }: TyphaKeys): Container {
  const { gracePeriod, metricsPort } = calico.typha
  const healthPort = calico.felix.healthPort - 1 // next to Felix's, so that one setting moves both
  return container(name, {
    image: calico.image('typha'),
    ports: [{ name, containerPort: port, protocol: 'TCP' }],
    volumeMounts: [...trust.mounts, server.mount],
    livenessProbe: localHttpProbe('/liveness', healthPort),
    readinessProbe: localHttpProbe('/readiness', healthPort),
    securityContext: nonRoot,
    env: {
      TYPHA_LOGSEVERITYSCREEN: 'info',
      TYPHA_LOGFILEPATH: 'none',
      TYPHA_LOGSEVERITYSYS: 'none',
      TYPHA_CONNECTIONREBALANCINGMODE: 'kubernetes',
      TYPHA_DATASTORETYPE: 'kubernetes',
      TYPHA_HEALTHENABLED: true,
      TYPHA_HEALTHPORT: healthPort,
      TYPHA_K8SNAMESPACE: calicoSystem,
      TYPHA_CAFILE: trust.path,
      TYPHA_SERVERCERTFILE: server.certFile,
      TYPHA_SERVERKEYFILE: server.keyFile,
      TYPHA_SHUTDOWNTIMEOUTSECS: gracePeriod,
      // Whether clients are checked by name follows from Typha's own pair; which name, from theirs.
      TYPHA_CLIENTCN: when(Boolean(server.commonName), client.commonName || ''),
      TYPHA_CLIENTURISAN: when(Boolean(server.uriSan), client.uriSan || ''),
      FELIX_INTERFACEPREFIX: calico.cni.interfacePrefix,
      USE_POD_CIDR: when(calico.cni.usePodCidr, true),
      ...apiServerEnv(calico.endpoints.host),
      TYPHA_PROMETHEUSMETRICSENABLED: when(metricsPort !== undefined, true),
      TYPHA_PROMETHEUSMETRICSPORT: metricsPort,
    },
  })
}

/** Both Typhas are in the host network and listen on the same port. */
const awayFromPredecessor = (affinity: Affinity | undefined): Affinity => ({
  ...affinity,
  podAntiAffinity: {
    ...affinity?.podAntiAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: [
      { namespaces: ['kube-system'], labelSelector: { matchLabels: { 'k8s-app': name } }, topologyKey: 'kubernetes.io/hostname' },
    ],
  },
})

const disruptionBudget: PodDisruptionBudget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, namespace: calicoSystem },
  spec: { maxUnavailable: 1, selector: { matchLabels: { 'k8s-app': name } } },
}

const metrics = (port: number) =>
  service(`${name}-metrics`, { of: name, ports: [{ name: `${name}-metrics`, protocol: 'TCP', port, targetPort: port }] })
