/** Calico's API server: serves projectcalico.org/v3 from what lies in crd.projectcalico.org/v1, as an extension of the Kubernetes API. */
import type { KeyPair } from '../../certificates/keys.ts'
import type { ApiServer } from '../../installation/api-server.ts'
import type { Calico } from '../../installation/calico.ts'
import type { APIService, Container, Deployment, PodDisruptionBudget } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { apiServerEnv, container } from '../parts/container.ts'
import { calicoSystem } from '../parts/places.ts'
import { present, when } from '../parts/present.ts'
import { account, clusterRole, clusterRoleBinding, roleBinding, serviceAccount, useOf } from '../parts/rbac.ts'
import { apart, controlPlaneTaints, everywhere } from '../parts/scheduling.ts'
import { nonRoot } from '../parts/security.ts'
import { service } from '../parts/service.ts'
import { deployment, pods } from '../parts/workload.ts'
import { hasAdmissionPolicies } from './access.ts'
import { authentication, openShiftInfrastructure, passthrough } from './rules.ts'

const name = 'calico-apiserver'
const extensionName = 'v3.projectcalico.org'
const selector = { apiserver: 'true' }
/** Namespaces in which it ran in earlier versions: while pods move, the old ones count too. */
const namespaces = [calicoSystem, 'tigera-system', 'calico-apiserver']

export interface ApiServerParts {
  server: ApiServer
  key: KeyPair
  /** Of the query server, which is not run: with certificate management pods have had a place for it all the same. */
  queryServerKey?: KeyPair
}

/** All that the extension consists of; where Calico's resources are CRDs nothing of it may be there (spec/apiserver-tiers-webhooks.md §4). */
export function apiServer(calico: Calico, parts: ApiServerParts): KubeObject[] {
  const everybody = { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:authenticated' }
  const openShift = calico.provider.securityContextConstraints
  const authAccess = 'calico-extension-apiserver-auth-access'
  return [
    clusterRole('calico-tiered-policy-passthrough', passthrough),
    clusterRoleBinding('calico-tiered-policy-passthrough', { subjects: [everybody] }),
    clusterRole(authAccess, present(...authentication, openShift && useOf('privileged'), openShift && openShiftInfrastructure)),
    clusterRoleBinding(authAccess, { subjects: [account(name)] }),
    roleBinding('calico-apiserver-auth-reader', {
      role: 'extension-apiserver-authentication-reader',
      subjects: [account(name)],
      namespace: 'kube-system',
    }),
    extension(parts.key.caBundle),
    serviceAccount(name),
    workload(calico, parts),
    service('calico-api', {
      labels: { 'k8s-app': 'calico-api' },
      selector,
      ports: [{ name: 'apiserver', protocol: 'TCP', port: 443, targetPort: parts.server.port }],
    }),
    disruptionBudget,
  ]
}

/** Has the Kubernetes API hand on what it is asked of the group. */
const extension = (caBundle: string): APIService => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: extensionName },
  spec: {
    group: 'projectcalico.org',
    version: 'v3',
    groupPriorityMinimum: 1500,
    versionPriority: 200,
    service: { name: 'calico-api', namespace: calicoSystem },
    caBundle,
  },
})

function workload(calico: Calico, parts: ApiServerParts): Deployment {
  const { server, key, queryServerKey } = parts
  const { replicas, tolerations, nodeSelector } = calico.controlPlane
  const { hostNetwork } = server
  const requested = [key, queryServerKey].map(pair => key.initContainer && pair?.initContainer)
  return deployment(name, {
    labels: selector,
    selector: { matchLabels: selector },
    replicas,
    // In the network of its node a second pod finds its port taken.
    strategy: { type: hostNetwork ? 'Recreate' : 'RollingUpdate' },
    template: pods({
      name,
      namespace: calicoSystem,
      labels: selector,
      annotations: { ...key.hash, ...(key.initContainer && queryServerKey?.hash) },
      serviceAccountName: name,
      hostNetwork: when(hostNetwork, true),
      dnsPolicy: hostNetwork ? 'ClusterFirstWithHostNet' : 'ClusterFirst',
      nodeSelector,
      tolerations: hostNetwork ? everywhere : [...tolerations, ...controlPlaneTaints, ...calico.provider.tolerations],
      affinity: when(replicas > 1, apart(name, namespaces)),
      volumes: present(key.volume, queryServerKey?.volume),
      initContainers: present(...requested).map(init => init({ namespace: calicoSystem, securityContext: nonRoot })),
      containers: [main(calico, parts)],
    }),
  })
}

const main = (calico: Calico, { server, key }: ApiServerParts): Container =>
  container(name, {
    image: calico.image('apiServer'),
    args: present(
      `--secure-port=${server.port}`,
      `--tls-private-key-file=${key.keyFile}`,
      `--tls-cert-file=${key.certFile}`,
      !hasAdmissionPolicies(calico) && '--enable-validating-admission-policy=false',
    ),
    volumeMounts: [key.mount],
    readinessProbe: { httpGet: { path: '/readyz', port: server.port, scheme: 'HTTPS' }, periodSeconds: 60 },
    securityContext: nonRoot,
    env: {
      DATASTORE_TYPE: 'kubernetes',
      ...apiServerEnv(server.hostNetwork ? calico.endpoints.host : calico.endpoints.pod),
      LOG_LEVEL: server.logLevel,
      MULTI_INTERFACE_MODE: calico.cni.multiInterfaceMode,
    },
  })

const disruptionBudget: PodDisruptionBudget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, namespace: calicoSystem },
  spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
}
