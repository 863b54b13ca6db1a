import { expect, test } from 'vitest'
import type { Calico } from '../../installation/calico.ts'
import { decided } from '../../installation/testdata/asked.ts'
import { csi } from './csi.ts'

const names = (calico: Calico) => csi(calico).map(({ kind, metadata: { name } }) => `${kind} ${name}`)
const wanted = { kubeletVolumePluginPath: '/data/kubelet' }

test('there is no driver unless a directory of the kubelet is given', () => {
  expect(csi(decided({}))).toEqual([])
  expect(csi(decided({ kubeletVolumePluginPath: 'None' }))).toEqual([])
  expect(names(decided(wanted))).toEqual(['CSIDriver csi.tigera.io', 'ServiceAccount csi-node-driver', 'DaemonSet csi-node-driver'])
})

test('all paths are below the directory of the kubelet', () => {
  const text = JSON.stringify(csi(decided(wanted)))
  expect(text).toContain('"/data/kubelet/plugins/csi.tigera.io/csi.sock"')
  expect(text).toContain('"/data/kubelet/plugins_registry"')
  expect(text).not.toContain('/var/lib/kubelet')
})

test('a slash more than needed in the directory of the kubelet is in none of the paths below it', () => {
  const text = JSON.stringify(csi(decided({ kubeletVolumePluginPath: '/data//kubelet/' })))
  expect(text).toContain('"/data/kubelet/plugins/csi.tigera.io/csi.sock"')
  expect(text).toContain('"/data/kubelet/plugins/csi.tigera.io"')
  expect(text).toContain('"/data/kubelet/plugins_registry"')
})

test('OpenShift is asked for leave, and told that pods may use it', () => {
  const calico = decided({ ...wanted, kubernetesProvider: 'OpenShift' })
  expect(names(calico)).toEqual(expect.arrayContaining(['Role csi-node-driver', 'RoleBinding csi-node-driver']))
  expect(csi(calico)[0]!.metadata.labels).toEqual({ 'security.openshift.io/csi-ephemeral-volume-profile': 'restricted' })
})

test('it goes when the Installation goes', () => {
  expect(csi({ ...decided(wanted), terminating: true })).toEqual([])
})
