/** Guardian: keeps a tunnel to the cluster that manages this one, and lets through it what that one may see. */
import { hash } from '../../certificates/hash.ts'
import type { KeyPair, TrustedBundle } from '../../certificates/keys.ts'
import type { Calico } from '../../installation/calico.ts'
import type { Container, Deployment, Probe, Secret } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import { container, type Env } from '../parts/container.ts'
import { copied } from '../parts/copy.ts'
import { calicoSystem } from '../parts/places.ts'
import { dnsEgress, kubernetesEgress, policy } from '../parts/policy.ts'
import { present } from '../parts/present.ts'
import { account, clusterRole, clusterRoleBinding, serviceAccount } from '../parts/rbac.ts'
import { nonRoot } from '../parts/security.ts'
import { service } from '../parts/service.ts'
import { single } from '../parts/workload.ts'
import { rules } from './rules.ts'

const name = 'guardian'
const role = 'calico-guardian'
const port = 8080

export interface GuardianParts {
  /** By which Goldmane knows it. */
  key: KeyPair
  trust: TrustedBundle
  /** The Secret of the tunnel, as the user put it beside the operator. */
  tunnel: Secret
  /** Where the managing cluster answers, `host:port`, and by what its certificate is trusted. */
  address: string
  ca: string
  /** The version of Calico that runs here: another one is reported by a new pod. */
  version: string
}

/** Guardian (spec/goldmane-whisker-guardian.md §5.3). */
export const guardian = (calico: Calico, parts: GuardianParts): KubeObject[] =>
  present<KubeObject>(
    serviceAccount(name),
    clusterRole(role, rules),
    clusterRoleBinding(role, { subjects: [account(name)] }),
    workload(calico, parts),
    service(name, { ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port }] }),
    copied(parts.tunnel),
    calico.tier && access(calico),
  )

const workload = (calico: Calico, parts: GuardianParts): Deployment =>
  single(name, calico, {
    pod: {
      namespace: calicoSystem,
      annotations: annotations(parts),
      volumes: [parts.trust.volume, { name: 'guardian-certs', secret: { secretName: parts.tunnel.metadata.name } }, parts.key.volume],
      containers: [main(calico, parts)],
    },
  })

const annotations = ({ trust, tunnel, version }: GuardianParts): Record<string, string> => ({
  ...trust.hashes,
  [`hash.operator.tigera.io/${tunnel.metadata.name}`]: hash(decoded(tunnel)),
  ...(version !== '' && { 'hash.operator.tigera.io/version': version }),
})

const decoded = ({ data = {} }: Secret): Record<string, string> =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))

const main = (calico: Calico, { key, trust, address, ca }: GuardianParts): Container =>
  container('tigera-guardian', {
    image: calico.image('guardian'),
    volumeMounts: [...trust.mounts, { name: 'guardian-certs', mountPath: '/certs/', readOnly: true }, key.mount],
    livenessProbe: health(90),
    readinessProbe: health(10),
    securityContext: nonRoot,
    env: {
      GUARDIAN_PORT: 9443,
      GUARDIAN_LOGLEVEL: 'INFO',
      GUARDIAN_VOLTRON_URL: address,
      GUARDIAN_VOLTRON_CA_TYPE: ca,
      GUARDIAN_CA_FILE: trust.path,
      ...proxied(calico),
      // Not by the cluster's own domain, whatever that is: running pods have it so.
      GUARDIAN_GOLDMANE_ENDPOINT: 'https://goldmane.calico-system.svc.cluster.local:7443',
      GUARDIAN_GOLDMANE_CLIENT_CERT: key.certFile,
      GUARDIAN_GOLDMANE_CLIENT_KEY: key.keyFile,
    },
  })

const health = (initialDelaySeconds: number): Probe => ({ httpGet: { path: '/health', port: 9080 }, initialDelaySeconds })

/** Libraries look for either spelling. */
function proxied({ proxy: { httpProxy, httpsProxy, noProxy } }: Calico): Env {
  const variables = { HTTP_PROXY: httpProxy, HTTPS_PROXY: httpsProxy, NO_PROXY: noProxy }
  return Object.fromEntries(
    Object.entries(variables).flatMap(([variable, value]) => [
      [variable, value],
      [variable.toLowerCase(), value],
    ]),
  )
}

const access = ({ provider }: Calico): KubeObject =>
  policy('guardian-access', {
    order: 1,
    selector: `k8s-app == '${name}'`,
    types: ['Ingress', 'Egress'],
    ingress: [{ action: 'Allow', protocol: 'TCP', source: { selector: "k8s-app == 'goldmane'" }, destination: { ports: [port] } }],
    egress: [...dnsEgress(provider.dns), kubernetesEgress, { action: 'Pass' }],
  })
