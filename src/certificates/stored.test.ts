import fc from 'fast-check'
import { expect, test } from 'vitest'
import { authorityWith, base64, born, secretOf, usersData } from '../../test/pairs.ts'
import { judge, judgeCertificate } from './stored.ts'

const pem = Buffer.from(usersData['tls.crt']!, 'base64').toString()

/** A certificate of which one character of the encoded part is another. */
const damaged = fc.tuple(fc.integer({ min: 30, max: pem.length - 30 }), fc.constantFrom(...'AQZaz09+/=')).map(([at, by]) => {
  return base64(pem.slice(0, at) + by + pem.slice(at + 1))
})

const values = fc.oneof(
  fc.base64String(),
  fc.string(),
  damaged,
  fc.constant(''),
  fc.constant(usersData['tls.crt']!),
  fc.constant(usersData['tls.key']!),
  fc.constant(base64(`-----BEGIN CERTIFICATE-----\n${base64('nonsense')}\n-----END CERTIFICATE-----\n`)),
)
const keys = fc.constantFrom('tls.crt', 'tls.key', 'cert', 'key', 'apiserver.crt', 'apiserver.key', 'common-name', 'other')

test('whatever a Secret holds, it is judged, and each problem says where and what to do', async () => {
  const authority = await authorityWith()
  fc.assert(
    fc.property(fc.dictionary(keys, values), data => {
      const secret = secretOf(data)
      const verdict = judge(secret, { names: ['typha-server'], authority, now: born, peerChecked: true })
      expect(['user', 'wrong', 'operator', 'missing']).toContain(verdict.kind)
      if (verdict.kind === 'wrong') {
        expect(verdict.problems.length).toBeGreaterThan(0)
        for (const { object, remedy } of verdict.problems) expect([object?.name, Boolean(remedy)]).toEqual(['typha-certs', true])
      }
      judgeCertificate(secret, { authority, now: born })
    }),
    { numRuns: 500 },
  )
})
