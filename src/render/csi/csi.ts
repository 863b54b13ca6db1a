/** The CSI driver: how pods are given the socket of their policy service. */
import { posix } from 'node:path'
import type { Calico } from '../../installation/calico.ts'
import type { Container, CSIDriver, DaemonSet } from '../../kube/kinds.ts'
import type { KubeObject, ObjectRef } from '../../kube/objects.ts'
import { container, fieldRef } from '../parts/container.ts'
import { calicoSystem } from '../parts/places.ts'
import { present } from '../parts/present.ts'
import { role, roleBinding, serviceAccount, useOf } from '../parts/rbac.ts'
import { everywhere } from '../parts/scheduling.ts'
import { privileged } from '../parts/security.ts'
import { hostPath } from '../parts/volumes.ts'
import { daemonSet, pods } from '../parts/workload.ts'

const name = 'csi-node-driver'
const driver = 'csi.tigera.io'

/** The driver on every node, when a kubelet's directory is given; nothing of it once the Installation goes (spec/installation-render.md §7). */
export function csi(calico: Calico): KubeObject[] {
  if (calico.csi === undefined || calico.terminating) return []
  const { provider } = calico
  return present<KubeObject>(
    registration(provider.csiDriverLabels),
    serviceAccount(name),
    provider.securityContextConstraints && role(name, [useOf('privileged')]),
    provider.securityContextConstraints && roleBinding(name),
    workload(calico, calico.csi.kubeletDir),
  )
}

/** Of what the driver had, and nothing else of the core has: nobody need watch all Roles for one that is only where there are security context constraints. */
export const unwantedOfCsi = ({ provider, csi: wanted }: Calico): ObjectRef[] =>
  wanted === undefined && provider.securityContextConstraints
    ? [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', name, namespace: calicoSystem }]
    : []

const registration = (labels: Record<string, string>): CSIDriver => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIDriver',
  metadata: { name: driver, labels },
  spec: { podInfoOnMount: true, volumeLifecycleModes: ['Ephemeral'] },
})

const workload = (calico: Calico, kubelet: string): DaemonSet =>
  daemonSet(name, {
    template: pods({
      labels: { name },
      serviceAccountName: name,
      priorityClassName: 'system-node-critical',
      tolerations: everywhere,
      affinity: calico.provider.nodeAffinity,
      volumes: [
        hostPath('varrun', '/var/run'),
        hostPath('kubelet-dir', kubelet, 'Directory'),
        hostPath('socket-dir', posix.join(kubelet, 'plugins', driver), 'DirectoryOrCreate'),
        hostPath('registration-dir', posix.join(kubelet, 'plugins_registry'), 'Directory'),
      ],
      containers: [plugin(calico, kubelet), registrar(calico, kubelet)],
    }),
  })

const plugin = (calico: Calico, kubelet: string): Container =>
  container('calico-csi', {
    image: calico.image('csi'),
    args: ['--nodeid=$(KUBE_NODE_NAME)', '--loglevel=$(LOG_LEVEL)'],
    securityContext: privileged,
    env: { LOG_LEVEL: 'warn', KUBE_NODE_NAME: fieldRef('spec.nodeName') },
    volumeMounts: [
      { name: 'varrun', mountPath: '/var/run' },
      { name: 'socket-dir', mountPath: '/csi' },
      // Bidirectional, so that what the driver mounts for a pod is there for the kubelet.
      { name: 'kubelet-dir', mountPath: kubelet, mountPropagation: 'Bidirectional' },
    ],
  })

const registrar = (calico: Calico, kubelet: string): Container =>
  container('csi-node-driver-registrar', {
    image: calico.image('csiRegistrar'),
    args: ['--v=5', '--csi-address=$(ADDRESS)', '--kubelet-registration-path=$(DRIVER_REG_SOCK_PATH)'],
    securityContext: privileged,
    env: {
      ADDRESS: '/csi/csi.sock',
      DRIVER_REG_SOCK_PATH: posix.join(kubelet, 'plugins', driver, 'csi.sock'),
      KUBE_NODE_NAME: fieldRef('spec.nodeName'),
    },
    volumeMounts: [
      { name: 'socket-dir', mountPath: '/csi' },
      { name: 'registration-dir', mountPath: '/registration' },
    ],
  })
