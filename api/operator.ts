/** What the resources of operator.tigera.io have in common. */
import { conditions } from './pod.ts'
import { also, obj, type Rule, rule } from './schema.ts'

export const operator = { group: 'operator.tigera.io', version: 'v1', scope: 'Cluster', subresources: { status: {} } } as const

export const onOff = ['Enabled', 'Disabled'] as const

/** Only objects of these names may exist; the message may know fewer of them. */
export const named = (names: readonly string[], told = names): Rule[] => [
  rule(
    names.map(name => `self.metadata.name == '${name}'`).join(' || '),
    `resource name must be ${eitherOf(told.map(name => `'${name}'`))}`,
  ),
]

/** Not by Intl, which reads 4 MiB of all the world's languages for it. */
const eitherOf = (items: readonly string[]): string =>
  items.length < 3 ? items.join(' or ') : `${items.slice(0, -1).join(', ')}, or ${items.at(-1)}`

/** A status of conditions alone. */
export const conditionsOnly = obj({ conditions: also(conditions, 'Whether it is Ready, Progressing or Degraded.') }, 'What was made of it.')
