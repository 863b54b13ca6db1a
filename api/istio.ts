/** Istio: runs Istio's ambient mesh beside Calico. */
import { conditionsOnly, named, operator } from './operator.ts'
import { containerResources, scheduling } from './overrides.ts'
import { resource } from './resource.ts'
import { also, type Of, obj } from './schema.ts'
import { dscpMark } from './v3/group.ts'

const workload = (about: string) =>
  obj(
    {
      spec: obj(
        {
          template: obj(
            { spec: obj({ ...scheduling, resources: containerResources }, 'Changes the pods.') },
            'Changes the template of the pods; the pods are replaced.',
          ),
        },
        'Changes the workload.',
      ),
    },
    about,
  )

const spec = obj(
  {
    dscpMark: also(dscpMark, 'Marks the traffic of the mesh with this DSCP value, 0 to 63 or a name such as AF11. 23 when absent.'),
    istiod: workload('Changes the Deployment istiod.'),
    istioCNI: workload('Changes the DaemonSet istio-cni-node.'),
    ztunnel: workload('Changes the DaemonSet ztunnel.'),
  },
  'What is asked.',
)

export const Istio = resource({
  ...operator,
  kind: 'Istio',
  plural: 'istios',
  description:
    "Asks for Istio's ambient mesh, which this operator does not install: it reports so, touches nothing that another operator installed, and lets the resource be deleted.",
  spec,
  status: conditionsOnly,
  rules: named(['default']),
})
export interface Istio extends Of<typeof Istio> {}
export interface IstioSpec extends Of<typeof spec> {}
