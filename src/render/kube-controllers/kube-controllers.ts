/** kube-controllers: what keeps Calico's records in step with the cluster's nodes, pods and services. */
import type { TrustedBundle } from '../../certificates/keys.ts'
import type { Calico } from '../../installation/calico.ts'
import type { Container, Deployment } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { apiServerEnv, container, execProbe } from '../parts/container.ts'
import { calicoSystem } from '../parts/places.ts'
import { present } from '../parts/present.ts'
import { account, clusterRole, clusterRoleBinding, serviceAccount, useOf } from '../parts/rbac.ts'
import { unprivileged } from '../parts/security.ts'
import { metricsService } from '../parts/service.ts'
import { single } from '../parts/workload.ts'
import { rules } from './rules.ts'

const name = 'calico-kube-controllers'

/** kube-controllers with its permissions; nothing of it once the Installation goes (spec/installation-render.md §8). */
export function kubeControllers(calico: Calico, trust: TrustedBundle): KubeObject[] {
  if (calico.terminating) return []
  const { metricsPort } = calico.kubeControllers
  const openShift = calico.provider.securityContextConstraints
  return present<KubeObject>(
    serviceAccount(name),
    clusterRole(name, present(...rules, openShift && useOf('nonroot-v2'))),
    clusterRoleBinding(name),
    // It writes Endpoints of Services that OpenShift's own controller guards.
    openShift &&
      clusterRoleBinding(`${name}-endpoint-controller`, { role: 'system:controller:endpoint-controller', subjects: [account(name)] }),
    workload(calico, trust),
    metricsPort !== undefined && metricsService(name, metricsPort),
  )
}

const workload = (calico: Calico, trust: TrustedBundle): Deployment =>
  single(name, calico, {
    pod: {
      namespace: calicoSystem,
      annotations: trust.hashes,
      priorityClassName: 'system-cluster-critical',
      volumes: [trust.volume],
      containers: [main(calico, trust)],
    },
  })

const main = (calico: Calico, trust: TrustedBundle): Container =>
  container(name, {
    image: calico.image('kubeControllers'),
    volumeMounts: trust.mounts,
    livenessProbe: execProbe(['/usr/bin/check-status', '-l'], { initialDelaySeconds: 10, timeoutSeconds: 10, failureThreshold: 6 }),
    readinessProbe: execProbe(['/usr/bin/check-status', '-r'], { timeoutSeconds: 10 }),
    securityContext: unprivileged(999, 0),
    env: {
      KUBE_CONTROLLERS_CONFIG_NAME: 'default',
      DATASTORE_TYPE: 'kubernetes',
      ENABLED_CONTROLLERS: 'node,loadbalancer',
      DISABLE_KUBE_CONTROLLERS_CONFIG_API: false,
      ...apiServerEnv(calico.endpoints.pod),
      CA_CRT_PATH: trust.path,
    },
  })
