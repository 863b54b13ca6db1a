/** APIServer: serves projectcalico.org/v3 by an aggregated API server, or guards its CRDs by a webhook, as the cluster keeps them. */
import { named, operator } from './operator.ts'
import { containers, initContainers, overlay, scheduling } from './overrides.ts'
import { conditions, topologySpreadConstraints } from './pod.ts'
import { resource } from './resource.ts'
import { also, bool, int32, list, type Of, obj, oneOf, req, str } from './schema.ts'

const logging = (of: string) =>
  obj(
    {
      logSeverity: oneOf(['Fatal', 'Error', 'Warn', 'Info', 'Debug', 'Trace'], {
        description: 'Writes messages of this severity and above.',
        default: 'Info',
      }),
    },
    `Sets what ${of} logs.`,
  )

const apiServerPorts = list(
  obj({
    name: req(oneOf(['apiserver', 'queryserver', 'l7admctrl'], 'Names the port.')),
    containerPort: req(int32('Listens on this port.')),
  }),
  'Changes the ports of these names.',
)
const webhookPorts = list(
  obj({
    name: req(oneOf(['calico-webhooks'], 'Names the port.')),
    containerPort: req(int32({ description: 'Listens on this port.', minimum: 1, maximum: 65535 })),
  }),
  'Changes the ports of these names.',
)

const spec = obj(
  {
    logging: obj(
      { apiServer: logging('the API server'), queryServer: logging('the query server, which this operator does not run,') },
      'Sets what components log.',
    ),
    apiServerDeployment: overlay('Changes the Deployment calico-apiserver.', {
      pod: {
        ...scheduling,
        containers: containers(['calico-apiserver', 'tigera-queryserver', 'calico-l7-admission-controller'], { ports: apiServerPorts }),
        initContainers: initContainers(['calico-apiserver-certs-key-cert-provisioner']),
        topologySpreadConstraints: also(topologySpreadConstraints, 'Replaces how the pods spread over the cluster.'),
        priorityClassName: str('Replaces the priority class of the pods.'),
      },
    }),
    calicoWebhooksDeployment: overlay('Changes the Deployment calico-webhooks.', {
      pod: {
        ...scheduling,
        containers: containers(['calico-webhooks'], { ports: webhookPorts }),
        hostNetwork: bool('Runs the pods in the network of their node, or not; by the provider when absent.'),
      },
    }),
  },
  'What is asked.',
)

const status = obj(
  {
    state: str('Ready when everything is available; empty before.'),
    conditions: also(conditions, 'Whether it is Ready, Progressing or Degraded, as the TigeraStatus apiserver says.'),
  },
  'What was made of it.',
)

export const APIServer = resource({
  ...operator,
  kind: 'APIServer',
  plural: 'apiservers',
  description:
    'Serves projectcalico.org/v3: by an aggregated API server where the data are in crd.projectcalico.org/v1, else by CRDs with a webhook.',
  spec,
  status,
  rules: named(['default', 'tigera-secure']),
})
export interface APIServer extends Of<typeof APIServer> {}
export interface APIServerSpec extends Of<typeof spec> {}
export interface APIServerStatus extends Of<typeof status> {}
