/** HostEndpoint: an interface of a node, or all of them, to which policies apply. */
import { resource } from '../resource.ts'
import { int, list, type Of, obj, req, set, str } from '../schema.ts'
import { anyText, mustHold, v3 } from './group.ts'

const spec = obj(
  {
    node: str({ maxLength: 253 }),
    interfaceName: str({ maxLength: 15 }),
    expectedIPs: set(str()),
    profiles: set(str()),
    ports: list(obj({ name: req(str()), protocol: req(anyText), port: req(int({ minimum: 1, maximum: 65535 })) })),
  },
  {
    rules: [
      mustHold(
        '(has(self.interfaceName) && size(self.interfaceName) > 0) || (has(self.expectedIPs) && size(self.expectedIPs) > 0)',
        'at least one of interfaceName or expectedIPs must be specified',
      ),
      mustHold('has(self.node) && size(self.node) > 0', 'node must be specified'),
    ],
  },
)

export const HostEndpoint = resource({
  ...v3,
  kind: 'HostEndpoint',
  plural: 'hostendpoints',
  shortNames: ['hep', 'heps'],
  scope: 'Cluster',
  description: 'An interface of a node to which policies apply.',
  spec: req(spec),
  subresources: {},
  columns: [
    { name: 'Node', type: 'string', jsonPath: '.spec.node' },
    { name: 'Interface', type: 'string', jsonPath: '.spec.interfaceName' },
  ],
})
export interface HostEndpoint extends Of<typeof HostEndpoint> {}
export interface HostEndpointSpec extends Of<typeof spec> {}
