/** Whisker, where a resource of that kind asks for it. It has nothing to show without Goldmane. */
import { Goldmane } from '../../api/goldmane.ts'
import { NetworkPolicy } from '../../api/v3/network-policy.ts'
import { Whisker } from '../../api/whisker.ts'
import { pairOf } from '../certificates/read.ts'
import { calicoKinds } from '../installation/kinds.ts'
import { serviceNames } from '../installation/service-names.ts'
import { Deployment, Service, ServiceAccount } from '../kube/kinds.ts'
import { defineController } from '../reconcile/controller.ts'
import type { Problem } from '../reconcile/problems.ts'
import { calicoSystem } from '../render/parts/places.ts'
import { retired } from '../render/whisker/retired.ts'
import { whisker as rendered } from '../render/whisker/whisker.ts'
import { alone } from './asking.ts'
import { operandKinds, outcomeOf, readOperand, ready } from './operand.ts'
import { readUnprotected } from './policies.ts'
import type { Surroundings } from './surroundings.ts'

const serves = { kind: Whisker, name: 'default' }
const pair = 'whisker-backend-key-pair'

export const whisker = (surroundings: Surroundings) =>
  defineController({
    name: 'whisker',
    serves,
    reports: 'whisker',
    mirrors: true,
    makes: [...operandKinds, ServiceAccount, Deployment, Service, NetworkPolicy],

    async read(cluster) {
      const operand = await readOperand(cluster, surroundings, {
        ...serves,
        pairs: calico => [
          { secretName: pair, dnsNames: [...serviceNames('whisker-backend', calico), 'localhost', '127.0.0.1'], lookup: calicoSystem },
        ],
        trust: { configMap: 'whisker-ca-bundle', certificates: ['goldmane-key-pair'] },
      })
      if (!operand || operand === 'alone') return operand
      const [goldmane, information, unprotected] = await Promise.all([
        cluster.get(Goldmane, 'default'),
        cluster.get(calicoKinds(surroundings.environment.v3).clusterInformation, 'default'),
        readUnprotected(cluster, 'whisker'),
      ])
      return { operand, goldmane: goldmane !== undefined, information: information?.spec, unprotected }
    },

    desired(found) {
      if (found === 'alone') return alone(Whisker)
      const { operand, goldmane, information = {}, unprotected } = found
      const { resource } = operand
      const { calico, ...issued } = ready(operand, {
        images: ['whisker', 'whiskerBackend'],
        overrides: ['whiskerDeployment'],
        missing: goldmane ? [] : [withoutGoldmane],
      })
      const { calicoVersion: version = '', clusterGUID: id = '', clusterType: type = '' } = information
      const outcome = outcomeOf(
        calico,
        { resource, issued },
        {
          objects: rendered(calico, {
            key: pairOf(issued.keys, pair),
            trust: issued.trust.bundle,
            notifications: resource.spec?.notifications ?? 'Enabled',
            cluster: { version, id, type },
          }),
          retired,
          requesters: ['whisker'],
        },
      )
      return { ...outcome, problems: unprotected }
    },
  })

const withoutGoldmane: Problem = {
  reason: 'ResourceNotFound',
  message: 'Goldmane CR not present; Goldmane is pre requisite for Whisker',
  object: { apiVersion: Goldmane.apiVersion, kind: Goldmane.kind, name: 'default' },
  remedy: 'Create a Goldmane named default',
}
