/** Goldmane: gathers the flow logs of all nodes, for whoever wants to look at them. */
import type { KeyPair, TrustedBundle } from '../../certificates/keys.ts'
import type { Calico } from '../../installation/calico.ts'
import { wholeName } from '../../installation/service-names.ts'
import type { ConfigMap, Container, Deployment } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { container, execProbe } from '../parts/container.ts'
import { goJson } from '../parts/go-json.ts'
import { calicoSystem } from '../parts/places.ts'
import { dnsEgress, kubernetesEgress, policy } from '../parts/policy.ts'
import { present } from '../parts/present.ts'
import { allow, role, roleBinding, serviceAccount } from '../parts/rbac.ts'
import { nonRoot } from '../parts/security.ts'
import { metricsService, service } from '../parts/service.ts'
import { configMapFiles } from '../parts/volumes.ts'
import { single } from '../parts/workload.ts'

const name = 'goldmane'
const port = 7443
const configDir = '/config'

export interface GoldmaneParts {
  key: KeyPair
  trust: TrustedBundle
  /** This cluster is connected to one that manages it, and sends its flows there too. */
  managed: boolean
  metricsPort?: number
}

/** Goldmane, in which calico-node puts flows and Whisker looks for them (spec/goldmane-whisker-guardian.md §2.3). */
export function goldmane(calico: Calico, parts: GoldmaneParts): KubeObject[] {
  const { managed, metricsPort } = parts
  return present<KubeObject>(
    serviceAccount(name),
    role(name, [allow('', ['configmaps'], ['get', 'list', 'watch', 'create', 'update', 'patch'])]),
    roleBinding(name),
    config(managed),
    address,
    workload(calico, parts),
    calico.tier && access(calico, parts),
    metricsPort !== undefined && metricsService(name, metricsPort),
  )
}

/** By which all nodes find it: they wait for this, and for nothing else of it. */
export const address = service(name, { ports: [{ protocol: 'TCP', port, targetPort: port }] })

/** Read again whenever it changes, so that no pod restarts for it. */
const config = (emitFlows: boolean): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: calicoSystem },
  data: { 'config.json': goJson({ emitFlows }) },
})

const workload = (calico: Calico, parts: GoldmaneParts): Deployment =>
  single(name, calico, {
    annotations: parts.key.hash,
    pod: {
      volumes: [configMapFiles('config', name), parts.trust.volume, parts.key.volume],
      containers: [main(calico, parts)],
    },
  })

const main = (calico: Calico, { key, trust, metricsPort }: GoldmaneParts): Container =>
  container(name, {
    image: calico.image('goldmane'),
    volumeMounts: [{ name: 'config', mountPath: configDir, readOnly: true }, ...trust.mounts, key.mount],
    livenessProbe: execProbe(['/health', '-live']),
    readinessProbe: execProbe(['/health', '-ready']),
    securityContext: nonRoot,
    env: {
      LOG_LEVEL: 'INFO',
      PORT: port,
      SERVER_CERT_PATH: key.certFile,
      SERVER_KEY_PATH: key.keyFile,
      CA_CERT_PATH: trust.path,
      PUSH_URL: `https://${wholeName('guardian', calico)}:443/api/v1/flows/bulk`,
      FILE_CONFIG_PATH: `${configDir}/config.json`,
      HEALTH_ENABLED: true,
      PROMETHEUS_PORT: metricsPort,
    },
  })

const access = ({ provider }: Calico, { managed, metricsPort }: GoldmaneParts): KubeObject =>
  policy(name, {
    order: 1,
    selector: `k8s-app == '${name}'`,
    types: ['Ingress', 'Egress'],
    ingress: present<number>(port, metricsPort).map(each => ({ action: 'Allow', protocol: 'TCP', destination: { ports: [each] } })),
    egress: present(
      ...dnsEgress(provider.dns),
      kubernetesEgress,
      managed && {
        action: 'Allow',
        protocol: 'TCP',
        destination: { namespaceSelector: `projectcalico.org/name == '${calicoSystem}'`, selector: "k8s-app == 'guardian'", ports: [8080] },
      },
    ),
  })
