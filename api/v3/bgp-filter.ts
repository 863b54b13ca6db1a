/** BGPFilter: which routes are taken from a peer and told to it. */
import { resource } from '../resource.ts'
import { atomic, cidr, int, int32, list, type Of, obj, oneOf, req, rule, str } from '../schema.ts'
import { mustHold, v3 } from './group.ts'

/** The numbers up to 65535, and up to 4294967295, as regular expressions. */
const uint16 = '([0-9]|[1-9][0-9]{1,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])'
const uint32 =
  '([0-9]|[1-9][0-9]{1,8}|[1-3][0-9]{9}|4[0-1][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[0-1][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])'

/** A community of BGP, of two numbers of 16 bits or three of 32. */
const community = str({ maxLength: 32, pattern: `^(${uint16}:${uint16}|${uint32}:${uint32}:${uint32})$` })
const routePriority = int({ minimum: 1, maximum: 2147483646 })

const operation = atomic(
  obj(
    {
      addCommunity: atomic(obj({ value: req(community) })),
      prependASPath: atomic(obj({ prefix: req(list(int32(), { minItems: 1, maxItems: 10 })) })),
      setPriority: atomic(obj({ value: req(routePriority) })),
    },
    { minProperties: 1, maxProperties: 1 },
  ),
)

/** The rules of one IP version: how long a CIDR can be as text, and a prefix in bits. */
function filterRules({ text, bits }: { text: number; bits: number }) {
  const length = int32({ minimum: 0, maximum: bits })
  return list(
    atomic(
      obj(
        {
          action: req(oneOf(['Accept', 'Reject'])),
          cidr: cidr({ maxLength: text }),
          matchOperator: oneOf(['Equal', 'NotEqual', 'In', 'NotIn']),
          prefixLength: atomic(obj({ min: length, max: length })),
          source: oneOf(['RemotePeers']),
          interface: str(),
          peerType: oneOf(['eBGP', 'iBGP']),
          communities: atomic(obj({ values: req(list(community, { minItems: 1, maxItems: 1 })) })),
          asPathPrefix: list(int32()),
          priority: routePriority,
          operations: list(operation, { minItems: 1, maxItems: 10 }),
        },
        {
          rules: [
            mustHold(
              '(has(self.cidr) && size(self.cidr) > 0) == (has(self.matchOperator) && size(self.matchOperator) > 0)',
              'cidr and matchOperator must both be set or both be empty',
            ),
            mustHold('!has(self.prefixLength) || (has(self.cidr) && size(self.cidr) > 0)', 'cidr is required when prefixLength is set'),
            rule(
              "!has(self.operations) || size(self.operations) == 0 || self.action == 'Accept'",
              'operations may only be used with action Accept',
            ),
          ],
        },
      ),
    ),
  )
}
const v4 = filterRules({ text: 18, bits: 32 })
const v6 = filterRules({ text: 43, bits: 128 })

const spec = obj({ importV4: v4, importV6: v6, exportV4: v4, exportV6: v6 })

export const BGPFilter = resource({
  ...v3,
  kind: 'BGPFilter',
  plural: 'bgpfilters',
  scope: 'Cluster',
  description: 'Which routes are taken from a BGP peer and told to it.',
  spec: req(spec),
})
export interface BGPFilter extends Of<typeof BGPFilter> {}
export interface BGPFilterSpec extends Of<typeof spec> {}
