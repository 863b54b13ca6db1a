/** The controller of Envoy Gateway: turns Gateways into proxies, and tells these what to do. */
import type { Calico } from '../../installation/calico.ts'
import type { Tree } from '../../installation/gateway/config.ts'
import { configKey } from '../../installation/gateway/config.ts'
import { domainOf } from '../../installation/service-names.ts'
import type { ConfigMap, Container, Deployment, Service } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { container, type Env, fieldRef } from '../parts/container.ts'
import { goYaml } from '../parts/go-yaml.ts'
import { gatewaySystem } from '../parts/places.ts'
import { account, clusterRole, clusterRoleBinding, role, roleBinding, serviceAccount } from '../parts/rbac.ts'
import { unprivileged } from '../parts/security.ts'
import { pods, scraped } from '../parts/workload.ts'
import { charted, controller as name, prefix, selector } from './bundle.ts'
import { controllerRules, leaderRules, proxyRules } from './rules.ts'

const configName = 'envoy-gateway-config'
const ports = { grpc: 18000, ratelimit: 18001, wasm: 18002, metrics: 19001, webhook: 9443 }
const healthPort = 8081

export const unprivilegedUser = unprivileged(65532, 65532)

/** The cluster's own domain is in the certificates, and in the addresses that proxies are told. */
export const controllerEnv = (calico: Calico): Env => ({
  ENVOY_GATEWAY_NAMESPACE: fieldRef('metadata.namespace'),
  KUBERNETES_CLUSTER_DOMAIN: domainOf(calico),
})

/** The controller with what it runs as and reads (spec/gatewayapi-istio.md §2.5). */
export const gatewayController = (calico: Calico, config: Tree): KubeObject[] =>
  [...access(), configuration(config), service(), workload(calico)].map(object =>
    charted<KubeObject>(object, object.kind === 'Deployment' || object.kind === 'Service' ? { 'control-plane': name } : {}),
  )

function access(): KubeObject[] {
  const subjects = [account(name, gatewaySystem)]
  const inside = { subjects, namespace: gatewaySystem }
  const [manager, leader] = [`${prefix}-infra-manager`, `${prefix}-leader-election-role`]
  return [
    serviceAccount(name, gatewaySystem),
    clusterRole(`${prefix}-envoy-gateway-role`, controllerRules),
    clusterRoleBinding(`${prefix}-envoy-gateway-rolebinding`, { role: `${prefix}-envoy-gateway-role`, subjects }),
    role(manager, proxyRules, gatewaySystem),
    roleBinding(manager, inside),
    role(leader, leaderRules, gatewaySystem),
    roleBinding(`${leader}binding`, { role: leader, ...inside }),
  ]
}

const configuration = (config: Tree): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: configName, namespace: gatewaySystem },
  data: { [configKey]: goYaml(config) },
})

const service = (): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: gatewaySystem },
  spec: { selector, ports: Object.entries(ports).map(([name, port]) => ({ name, protocol: 'TCP', port, targetPort: port })) },
})

const workload = (calico: Calico): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: gatewaySystem },
  spec: {
    replicas: 1,
    selector: { matchLabels: selector },
    template: pods({
      labels: { ...selector, 'k8s-app': 'gateway-api-controller' },
      annotations: scraped(ports.metrics),
      serviceAccountName: name,
      terminationGracePeriodSeconds: 10,
      volumes: [
        { name: 'certs', secret: { secretName: name } },
        { name: configName, configMap: { name: configName } },
      ],
      containers: [main(calico)],
    }),
  },
})

const main = (calico: Calico): Container =>
  container(name, {
    image: calico.image('envoyGateway'),
    args: ['server', '--config-path=/config/envoy-gateway.yaml'],
    env: controllerEnv(calico),
    ports: Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort, protocol: 'TCP' })),
    livenessProbe: { httpGet: { path: '/healthz', port: healthPort }, initialDelaySeconds: 15, periodSeconds: 20 },
    readinessProbe: { httpGet: { path: '/readyz', port: healthPort }, initialDelaySeconds: 5, periodSeconds: 10 },
    resources: { limits: { memory: '1Gi' }, requests: { cpu: '100m', memory: '256Mi' } },
    securityContext: unprivilegedUser,
    volumeMounts: [
      { name: 'certs', mountPath: '/certs', readOnly: true },
      { name: configName, mountPath: '/config', readOnly: true },
    ],
  })
