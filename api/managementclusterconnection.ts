/** ManagementClusterConnection: connects this cluster to one that manages it, by Guardian. Only the object named tigera-secure is acted on. */
import { conditionsOnly, named, operator } from './operator.ts'
import { containerResources, containers } from './overrides.ts'
import { resource } from './resource.ts'
import { list, type Of, obj, oneOf, req, str } from './schema.ts'

const spec = obj(
  {
    managementClusterAddr: str('Connects to the management cluster at this host:port.'),
    tls: obj(
      {
        ca: oneOf(
          ['Tigera', 'Public'],
          'Trusts the certificate of the management cluster by the CA in its own manifest (Tigera, when absent), or by public ones, which Calico refuses.',
        ),
      },
      'Says how the other end is trusted.',
    ),
    impersonation: obj(
      {
        users: list(str(), 'Lets Guardian act as these users.'),
        groups: list(str(), 'Lets Guardian act as these groups.'),
        serviceAccounts: list(str(), 'Lets Guardian act as these service accounts.'),
      },
      'Is refused: Guardian of Calico acts as itself.',
    ),
    guardianDeployment: obj(
      {
        spec: obj(
          {
            template: obj(
              {
                spec: obj(
                  {
                    containers: containers(['tigera-guardian']),
                    initContainers: list(
                      obj({ name: req(str('Names the init container.')), resources: containerResources }),
                      'Changes the init containers of these names.',
                    ),
                  },
                  'Changes the pods.',
                ),
              },
              'Changes the template of the pods; the pods are replaced.',
            ),
          },
          'Changes the workload.',
        ),
      },
      'Changes the Deployment guardian.',
    ),
  },
  'What is asked.',
)

export const ManagementClusterConnection = resource({
  ...operator,
  kind: 'ManagementClusterConnection',
  plural: 'managementclusterconnections',
  description: 'Connects this cluster to one that manages it. Only the object named tigera-secure is acted on.',
  spec,
  status: conditionsOnly,
  rules: named(['default', 'tigera-secure']),
})
export interface ManagementClusterConnection extends Of<typeof ManagementClusterConnection> {}
export interface ManagementClusterConnectionSpec extends Of<typeof spec> {}
