/** Every rule that an Installation has to follow, for people to read: the same lists that are checked. Checks nothing itself. */
import { limited } from './capabilities.ts'
import { poolRules } from './pools/validate.ts'
import { capabilityRules } from './refusals.ts'
import type { Rule } from './rule.ts'
import { specRules } from './validate.ts'

type Printed = Pick<Rule<never>, 'id' | 'path' | 'says'>

const printed = ({ id, path, says }: Printed): Printed => ({ id, path, says })

const schema: Printed = {
  id: 'schema',
  path: 'spec',
  says: 'Every field has a value that the schema admits: its type, its words, its range.',
}

/** In the order in which they are checked. */
export const rules: readonly Printed[] = [schema, ...[...capabilityRules, ...specRules, ...poolRules].map(printed)]

/** What is accepted and does less than one would expect. */
export const limits: readonly Printed[] = limited.map(({ id, path, because }) => ({ id, path, says: because }))
