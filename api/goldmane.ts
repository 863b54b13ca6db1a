/** Goldmane: gathers the flow logs of all nodes, and lets Whisker and others read them. */
import { conditionsOnly, named, operator } from './operator.ts'
import { containers, overlay, scheduling, singlePod, strategy } from './overrides.ts'
import { resource } from './resource.ts'
import { int32, type Of, obj } from './schema.ts'

const spec = obj(
  {
    metricsPort: int32("Serves Goldmane's Prometheus metrics at this port; not at all when absent or 0."),
    goldmaneDeployment: overlay('Changes the Deployment goldmane.', {
      spec: { strategy },
      pod: { ...scheduling, ...singlePod, containers: containers(['goldmane']) },
    }),
  },
  'What is asked.',
)

export const Goldmane = resource({
  ...operator,
  kind: 'Goldmane',
  plural: 'goldmanes',
  description: 'Gathers the flow logs of all nodes. While it exists, calico-node sends them.',
  spec,
  status: conditionsOnly,
  rules: named(['default']),
})
export interface Goldmane extends Of<typeof Goldmane> {}
export interface GoldmaneSpec extends Of<typeof spec> {}
