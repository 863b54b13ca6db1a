/** Whisker: shows flow logs in a browser. It reads them from Goldmane. */
import { conditionsOnly, named, operator } from './operator.ts'
import { containers, overlay, scheduling, singlePod, strategy } from './overrides.ts'
import { resource } from './resource.ts'
import { type Of, obj, str } from './schema.ts'

const spec = obj(
  {
    notifications: str('Asks the makers of Calico for news and shows them (Enabled, when absent), or does not (Disabled).'),
    whiskerDeployment: overlay('Changes the Deployment whisker.', {
      spec: { strategy },
      pod: { ...scheduling, ...singlePod, containers: containers(['whisker', 'whisker-backend']) },
    }),
  },
  'What is asked.',
)

export const Whisker = resource({
  ...operator,
  kind: 'Whisker',
  plural: 'whiskers',
  description: 'Shows flow logs in a browser. Needs a Goldmane.',
  spec,
  status: conditionsOnly,
  rules: named(['default']),
})
export interface Whisker extends Of<typeof Whisker> {}
export interface WhiskerSpec extends Of<typeof spec> {}
