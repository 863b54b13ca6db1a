import { expect, test } from 'vitest'
import { surroundingsOf } from '../../test/surroundings.ts'
import type { KubeObject } from '../kube/objects.ts'
import { tiers } from './tiers.ts'

test('pods are let through to DNS where it is, whatever the user calls the provider', async () => {
  const installation = {
    ...{ apiVersion: 'operator.tigera.io/v1', kind: 'Installation', metadata: { name: 'default' } },
    spec: { kubernetesProvider: 'OpenShift' },
  }
  const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } }
  const { reader, surroundings } = surroundingsOf([installation, namespace])
  reader.serves = async () => true
  const controller = tiers(surroundings)
  const { objects = [], problems } = controller.desired((await controller.read(reader))!)
  const places = objects.map(each => ('kind' in each ? each : each.object).metadata.namespace)
  expect([places, problems]).toEqual([[undefined, 'kube-system'], []])
})
