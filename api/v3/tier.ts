/** Tier: a stage of policies. Tiers are gone through by their order. */
import { conditions } from '../pod.ts'
import { resource } from '../resource.ts'
import { number, type Of, obj, type Rule, req, rule } from '../schema.ts'
import { oneOfBoth, v3 } from './group.ts'

const spec = obj({
  order: number(),
  defaultAction: oneOfBoth(['Allow', 'Deny', 'Log', 'Pass'], ['Pass', 'Deny'], { default: 'Deny' }),
})

const status = obj({ conditions })

/** The three tiers that Calico makes have a fixed default action; `is` says in CEL that the action is set to this. */
export const builtInTiers = (is: (action: string) => string, more: Pick<Rule, 'reason'> = {}): Rule[] =>
  [
    { name: 'kube-admin', action: 'Pass' },
    { name: 'kube-baseline', action: 'Pass' },
    { name: 'default', action: 'Deny' },
  ].map(({ name, action }) =>
    rule(`self.metadata.name == '${name}' ? ${is(action)} : true`, `The '${name}' tier must have default action '${action}'`, more),
  )

export const Tier = resource({
  ...v3,
  kind: 'Tier',
  plural: 'tiers',
  scope: 'Cluster',
  description: 'A stage of policies; packets go through the tiers in their order.',
  spec: req(spec),
  status,
  subresources: { status: {} },
  columns: [
    { name: 'Order', type: 'integer', jsonPath: '.spec.order' },
    { name: 'DefaultAction', type: 'string', jsonPath: '.spec.defaultAction' },
    { name: 'Status', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].reason" },
  ],
  rules: builtInTiers(action => `(has(self.spec.defaultAction) && self.spec.defaultAction == '${action}')`, {
    reason: 'FieldValueInvalid',
  }),
})
export interface Tier extends Of<typeof Tier> {}
export interface TierSpec extends Of<typeof spec> {}
