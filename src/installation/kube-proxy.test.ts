import { expect, test } from 'vitest'
import { kubeProxyOf } from './kube-proxy.ts'

test('without a kube-proxy it is the Installation that asks for too much', () => {
  expect(kubeProxyOf({ bpf: true })).toMatchObject({
    problems: [{ object: { kind: 'Installation', name: 'default' }, path: 'spec.calicoNetwork.kubeProxyManagement' }],
  })
})
