import { describe, expect, test } from 'vitest'
import type { NetworkPolicy } from '../../../api/v3/network-policy.ts'
import type { Calico } from '../../installation/calico.ts'
import { decided } from '../../installation/testdata/asked.ts'
import type { Deployment, Service, ValidatingWebhookConfiguration } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import type { Wanted } from '../../reconcile/controller.ts'
import { keyPair } from '../testdata/keys.ts'
import { type WebhooksParts, webhooks } from './webhooks.ts'

const key = keyPair('calico-webhooks-tls')
const calico = decided({}, { tier: true })

const rendered = (more: Partial<WebhooksParts> = {}, on: Calico = calico): (KubeObject | Wanted)[] =>
  webhooks(on, { key, hostNetwork: false, port: 6443, nodeNetwork: false, reachable: true, ...more })
const objects = (more?: Partial<WebhooksParts>, on?: Calico) => rendered(more, on).map(each => ('kind' in each ? each : each.object))
const one = <T extends KubeObject>(kind: string, more?: Partial<WebhooksParts>, on?: Calico): T =>
  objects(more, on).find(object => object.kind === kind) as T
const pods = (more?: Partial<WebhooksParts>, on?: Calico) => one<Deployment>('Deployment', more, on).spec!.template.spec!

describe('the webhooks', () => {
  test('are never one less while they are replaced, and rather on two hosts', () => {
    const { spec } = one<Deployment>('Deployment')
    expect(spec).toMatchObject({ replicas: 2, strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } })
    expect(pods().affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution).toHaveLength(2)
    expect(pods({}, decided({ controlPlaneReplicas: 1 })).affinity).toBeUndefined()
  })

  test('keep their port in Service, policy and container', () => {
    const more = { port: 9443 }
    expect(one<Service>('Service', more).spec?.ports).toEqual([{ protocol: 'TCP', port: 443, targetPort: 9443 }])
    expect(pods(more).containers[0]?.ports).toEqual([{ containerPort: 9443, protocol: 'TCP' }])
    expect(one<NetworkPolicy>('NetworkPolicy', more).spec?.ingress?.at(-1)?.destination).toEqual({ ports: [9443] })
  })

  test('need no policy in the network of their node, and another DNS', () => {
    expect(pods()).not.toHaveProperty('dnsPolicy', expect.anything())
    expect(pods({ hostNetwork: true })).toMatchObject({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' })
    expect(one('NetworkPolicy', { hostNetwork: true })).toBeUndefined()
  })

  test('run on every node where the provider has them in its network, whatever else is wanted', () => {
    expect(pods({ nodeNetwork: true }).tolerations?.map(({ effect }) => effect)).toEqual([undefined, 'NoSchedule', 'NoExecute'])
    expect(pods({ hostNetwork: true }).tolerations?.map(({ key }) => key)).toEqual([
      'node-role.kubernetes.io/master',
      'node-role.kubernetes.io/control-plane',
    ])
  })
})

describe('the API server asks them', () => {
  const registration = (more?: Partial<WebhooksParts>) =>
    rendered(more).find((each): each is Wanted => 'object' in each && each.object.kind === 'ValidatingWebhookConfiguration')

  test('once they can answer, since nobody could write a policy before', () => {
    expect(registration()?.after).toEqual([
      { ref: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'calico-webhooks', namespace: 'calico-system' }, is: 'answering' },
    ])
    expect(registration({ reachable: false })).toBeUndefined()
  })

  test('about every policy, and takes no answer for no', () => {
    const asked = registration()!.object as ValidatingWebhookConfiguration
    expect(asked.webhooks?.map(({ name, failurePolicy, clientConfig }) => [name, failurePolicy, clientConfig.service?.path])).toEqual([
      ['tiered-rbac.api.projectcalico.org', 'Fail', '/rbac'],
      ['cluster-info.api.projectcalico.org', 'Ignore', '/cluster-info'],
      ['audit-logging.api.projectcalico.org', 'Ignore', '/audit'],
    ])
    expect(new Set(asked.webhooks?.map(({ clientConfig }) => clientConfig.caBundle))).toEqual(new Set([key.caBundle]))
  })
})
