/** calico-node-windows: what makes the pods of a Windows node part of the network. */
import { hash } from '../../certificates/hash.ts'
import type { Calico } from '../../installation/calico.ts'
import type { Container, DaemonSet, SecurityContext, Volume, VolumeMount } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import type { NodeKeys } from '../node/keys.ts'
import { commonVolumes } from '../node/volumes.ts'
import { container, execProbe } from '../parts/container.ts'
import { present } from '../parts/present.ts'
import { everywhere } from '../parts/scheduling.ts'
import { hostPath } from '../parts/volumes.ts'
import { daemonSet, pods, scraped } from '../parts/workload.ts'
import { windowsCniConfig } from './cni-config.ts'
import { cniEnv, installCniEnv, type WindowsNeeds, windowsEnv } from './env.ts'

const name = 'calico-node-windows'
/** Where a container of the host finds its own files; PowerShell puts it in. */
const sandbox = '$env:CONTAINER_SANDBOX_MOUNT_POINT'
const directory = `${sandbox}/CalicoWindows/`
const felixProgram = `${directory}calico-node.exe`

/** On Windows nothing but the host itself can program the network. */
const hostProcess: SecurityContext = { windowsOptions: { hostProcess: true, runAsUserName: 'NT AUTHORITY\\system' } }

/** The DaemonSet, and the configuration of its CNI plugin (spec/installation-render.md §9). It runs as calico-node does on Linux, with the same permissions. */
export const windows = (calico: Calico, needs: WindowsNeeds): KubeObject[] =>
  present<KubeObject>(calico.cni.managed && windowsCniConfig(calico, needs), workload(calico, needs))

const workload = (calico: Calico, needs: WindowsNeeds): DaemonSet =>
  daemonSet(name, {
    updateStrategy: calico.node.updateStrategy,
    template: pods({
      annotations: {
        ...needs.keys.trust.hashes,
        ...(calico.cni.managed && { 'hash.operator.tigera.io/cni-config': hash(windowsCniConfig(calico, needs).data) }),
        ...scraped(calico.node.metricsPort),
      },
      serviceAccountName: 'calico-node',
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      terminationGracePeriodSeconds: 5,
      tolerations: everywhere,
      affinity: calico.provider.nodeAffinity,
      nodeSelector: { 'kubernetes.io/os': 'windows' },
      volumes: volumes(calico, needs),
      initContainers: initContainers(calico, needs),
      containers: [felix(calico, needs), service('node', calico, needs), ...(calico.bgp ? [service('confd', calico, needs)] : [])],
    }),
  })

/** First of all goes what was installed by hand, since both cannot be. */
const initContainers = (calico: Calico, needs: WindowsNeeds): Container[] =>
  present(
    container('uninstall-calico', {
      image: calico.image('nodeWindows'),
      args: [`${sandbox}/uninstall-calico.ps1`],
      securityContext: hostProcess,
      volumeMounts: cniDirectories(calico),
      env: cniEnv(calico, '/host/etc/cni/net.d'),
    }),
    calico.cni.managed &&
      container('install-cni', {
        image: calico.image('cniWindows'),
        command: [`${sandbox}/opt/cni/bin/install.exe`],
        securityContext: hostProcess,
        volumeMounts: cniDirectories(calico),
        env: installCniEnv(calico, needs),
      }),
  )

const felix = (calico: Calico, needs: WindowsNeeds): Container => ({
  ...service('felix', calico, needs),
  livenessProbe: execProbe([felixProgram, '-felix-live'], {
    initialDelaySeconds: 10,
    timeoutSeconds: 10,
    periodSeconds: 10,
    failureThreshold: 6,
  }),
  readinessProbe: execProbe([felixProgram, '-felix-ready'], { timeoutSeconds: 10, periodSeconds: 10 }),
  lifecycle: { preStop: { exec: { command: [felixProgram, '-shutdown'] } } },
})

const scripts = { felix: 'felix-service.ps1', node: 'node-service.ps1', confd: 'confd/confd-service.ps1' }

/** All run the same image, each with a script of its own. */
const service = (part: keyof typeof scripts, calico: Calico, needs: WindowsNeeds): Container =>
  container(part, {
    image: calico.image('nodeWindows'),
    args: [`${directory}${scripts[part]}`],
    workingDir: directory,
    securityContext: hostProcess,
    volumeMounts: mounts(calico, needs.keys),
    env: windowsEnv(calico, needs),
  })

const volumes = (calico: Calico, { windows: { cniDirs }, keys }: WindowsNeeds): Volume[] => [
  ...commonVolumes(keys),
  ...present(
    calico.cni.managed && hostPath('cni-bin-dir', cniDirs.bin, 'DirectoryOrCreate'),
    calico.cni.managed && hostPath('cni-net-dir', cniDirs.config),
    calico.cni.managed && hostPath('cni-log-dir', cniDirs.log, 'DirectoryOrCreate'),
  ),
]

const cniDirectories = (calico: Calico): VolumeMount[] =>
  present(
    calico.cni.managed && { name: 'cni-bin-dir', mountPath: '/host/opt/cni/bin' },
    calico.cni.managed && { name: 'cni-net-dir', mountPath: '/host/etc/cni/net.d' },
  )

/** What is mounted as a single file is not: Windows has no such mounts. */
const mounts = (calico: Calico, { client, trust }: NodeKeys): VolumeMount[] => [
  ...trust.mounts.filter(({ subPath }) => subPath === undefined).map(onDrive),
  { name: 'var-run-calico', mountPath: '/var/run/calico' },
  { name: 'var-lib-calico', mountPath: '/var/lib/calico' },
  onDrive(client.mount),
  ...present(
    calico.cni.managed && { name: 'cni-log-dir', mountPath: '/var/log/calico/cni' },
    calico.cni.managed && { name: 'cni-net-dir', mountPath: '/host/etc/cni/net.d' },
  ),
]

const onDrive = (mount: VolumeMount): VolumeMount => ({ ...mount, mountPath: `c:${mount.mountPath}` })
