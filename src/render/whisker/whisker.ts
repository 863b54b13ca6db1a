/** Whisker: shows flows in a browser, as Goldmane has gathered them. */
import type { KeyPair, TrustedBundle } from '../../certificates/keys.ts'
import type { Calico } from '../../installation/calico.ts'
import { wholeName } from '../../installation/service-names.ts'
import type { ConfigMap, Container, Deployment } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { container } from '../parts/container.ts'
import { calicoSystem } from '../parts/places.ts'
import { dnsEgress, policy } from '../parts/policy.ts'
import { present } from '../parts/present.ts'
import { serviceAccount } from '../parts/rbac.ts'
import { nonRoot } from '../parts/security.ts'
import { service } from '../parts/service.ts'
import { configMapFiles } from '../parts/volumes.ts'
import { single } from '../parts/workload.ts'
import { nginxConfig } from './nginx.ts'

const name = 'whisker'
const port = 8081
const config = 'whisker-nginx-config'

export interface WhiskerParts {
  /** Of the backend, by which Goldmane knows it. */
  key: KeyPair
  trust: TrustedBundle
  /** Whether it asks the makers of Calico for news: `Enabled` or `Disabled`. */
  notifications: string
  /** What Calico says about this cluster; empty texts until it has said anything. */
  cluster: { version: string; id: string; type: string }
}

/** Whisker with its backend (spec/goldmane-whisker-guardian.md §3.3). */
export const whisker = (calico: Calico, parts: WhiskerParts): KubeObject[] =>
  present<KubeObject>(
    serviceAccount(name),
    nginx(calico),
    workload(calico, parts),
    service(name, { ports: [{ protocol: 'TCP', port, targetPort: port }] }),
    calico.tier && access(calico),
  )

const nginx = ({ ipv6Nodes }: Calico): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: config, namespace: calicoSystem },
  data: { 'default.conf': nginxConfig(ipv6Nodes) },
})

const workload = (calico: Calico, parts: WhiskerParts): Deployment =>
  single(name, calico, {
    pod: {
      volumes: [configMapFiles('nginx-config', config), parts.key.volume, parts.trust.volume],
      containers: [pages(calico, parts), backend(calico, parts)],
    },
  })

const pages = (calico: Calico, { notifications, cluster }: WhiskerParts): Container =>
  container(name, {
    image: calico.image('whisker'),
    volumeMounts: [{ name: 'nginx-config', mountPath: '/etc/nginx/conf.d', readOnly: true }],
    securityContext: nonRoot,
    env: {
      LOG_LEVEL: 'INFO',
      CALICO_VERSION: cluster.version,
      CLUSTER_ID: cluster.id,
      CLUSTER_TYPE: cluster.type,
      NOTIFICATIONS: notifications,
    },
  })

const backend = (calico: Calico, { key, trust }: WhiskerParts): Container =>
  container('whisker-backend', {
    image: calico.image('whiskerBackend'),
    volumeMounts: [key.mount, ...trust.mounts],
    securityContext: nonRoot,
    env: {
      LOG_LEVEL: 'INFO',
      PORT: 3002,
      GOLDMANE_HOST: `${wholeName('goldmane', calico)}:7443`,
      TLS_CERT_PATH: key.certFile,
      TLS_KEY_PATH: key.keyFile,
    },
  })

/** Nobody comes in: people reach it by a port forward, which no policy sees. */
const access = ({ provider }: Calico): KubeObject =>
  policy(name, {
    selector: `k8s-app == '${name}'`,
    types: ['Ingress', 'Egress'],
    egress: [
      { action: 'Allow', protocol: 'TCP', destination: { selector: "k8s-app == 'goldmane'", ports: [7443] } },
      ...dnsEgress(provider.dns),
    ],
  })
