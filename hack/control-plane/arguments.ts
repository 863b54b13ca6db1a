/** The command lines of a control plane's programs, and the files they name. Starts nothing. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { auditPolicy } from '../audit.ts'
import type { Credentials } from './credentials.ts'
import type { Family } from './nodes.ts'

export interface ServerOptions {
  keys: Credentials
  /** For files; its `egress.sock` is where calls to pods go, its `audit.log` is the audit log. */
  folder: string
  port: number
  etcdPort: number
  /** Of the Service network. */
  families: Family[]
}

const serviceNetworks: Record<Family, string> = { IPv4: '10.96.0.0/16', IPv6: 'fd00:96::/112' }
/** Some address that is not loopback; nothing listens there. Must be of the Service network's first family. */
const advertised: Record<Family, string> = { IPv4: '172.31.255.254', IPv6: 'fd00:31::ffff' }

export const etcdArguments = (folder: string, port: number, peerPort: number) => [
  `--data-dir=${join(folder, 'etcd')}`,
  `--listen-client-urls=http://127.0.0.1:${port}`,
  `--advertise-client-urls=http://127.0.0.1:${port}`,
  `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
  `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
  `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
  '--unsafe-no-fsync',
  '--log-level=warn',
]

export function apiserverArguments({ keys, folder, port, etcdPort, families }: ServerOptions): string[] {
  const file = (name: string, content: unknown) => {
    writeFileSync(join(folder, name), JSON.stringify(content))
    return join(folder, name)
  }
  return [
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--advertise-address=${advertised[families[0]!]}`,
    '--endpoint-reconciler-type=none',
    `--service-cluster-ip-range=${families.map(family => serviceNetworks[family]).join(',')}`,
    `--tls-cert-file=${keys.file('apiserver.crt')}`,
    `--tls-private-key-file=${keys.file('apiserver.key')}`,
    `--token-auth-file=${keys.file('tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${keys.file('sa.pub')}`,
    `--service-account-signing-key-file=${keys.file('sa.key')}`,
    `--requestheader-client-ca-file=${keys.file('front-proxy-ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${keys.file('front-proxy.crt')}`,
    `--proxy-client-key-file=${keys.file('front-proxy.key')}`,
    '--enable-aggregator-routing=true',
    `--egress-selector-config-file=${file('egress.json', egressConfiguration(join(folder, 'egress.sock')))}`,
    `--audit-policy-file=${file('audit-policy.json', auditPolicy)}`,
    `--audit-log-path=${join(folder, 'audit.log')}`,
    // One file, whatever its size (MB).
    '--audit-log-maxsize=100000',
    '--profiling=false',
  ]
}

/** Calls to webhooks and aggregated APIs leave through our socket, so that addresses of pods that do not exist can answer without a network of their own. */
const egressConfiguration = (udsName: string) => ({
  apiVersion: 'apiserver.k8s.io/v1beta1',
  kind: 'EgressSelectorConfiguration',
  egressSelections: [{ name: 'cluster', connection: { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName } } } }],
})

const unthrottled = ['--kube-api-qps=500', '--kube-api-burst=1000']

export const controllerManagerArguments = (keys: Credentials, families: Family[]) => [
  `--kubeconfig=${keys.kubeconfig('system:kube-controller-manager')}`,
  '--leader-elect=false',
  '--secure-port=0',
  '--controllers=*,-node-ipam-controller,-node-route-controller',
  `--service-cluster-ip-range=${families.map(family => serviceNetworks[family]).join(',')}`,
  `--service-account-private-key-file=${keys.file('sa.key')}`,
  `--root-ca-file=${keys.file('ca.crt')}`,
  ...unthrottled,
]

export const schedulerArguments = (keys: Credentials) => [
  `--kubeconfig=${keys.kubeconfig('system:kube-scheduler')}`,
  '--leader-elect=false',
  '--secure-port=0',
  ...unthrottled,
]

/** Kwok plays the kubelet of nodes with its annotation, as stages.yaml says. */
export const kwokArguments = (keys: Credentials) => [
  `--kubeconfig=${keys.kubeconfig('kwok')}`,
  '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
  '--node-lease-duration-seconds=40',
  `--config=${join(import.meta.dirname, 'stages.yaml')}`,
]
