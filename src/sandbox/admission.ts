/** Who else has a say in writes. */
import type { Item } from './objects.ts'
import type { Admission } from './server.ts'

export const noAdmission: Admission = {
  mutate: (_server, { object, old }) => (object ?? old) as Item,
  validate: () => {},
}
