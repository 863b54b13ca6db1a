/**
 * Whatever users put into Secrets, what is secret of it stays in Secrets: no problem, warning or other object ever holds it. Every private key and every other secret text of a
 * recorded cluster carries a mark, in many shapes. ANY_SECRET_RUNS says how many.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Secret } from '../src/kube/kinds.ts'
import type { KubeObject } from '../src/kube/objects.ts'
import { sentence } from '../src/reconcile/problems.ts'
import { madeOf } from './made.ts'
import { recordedClusters } from './takeover/clusters.ts'

const runs = Number(process.env.ANY_SECRET_RUNS ?? 12)

const mark = 'TOPSECRETMARKOFATEST'

/** Public fields of Secrets: certificates, and by what name their owner is known. */
const isPublic = (key: string): boolean => /\.crt$|^cert$|^common-name$|^uri-san$/.test(key)

const encoded = (text: string): string => Buffer.from(text).toString('base64')
const decoded = (text: string): string => Buffer.from(text, 'base64').toString()

/** What becomes of a private key, or of another secret text; all of it carries the mark. */
const spoiled = fc.constantFrom<(text: string) => string>(
  text => `${text}${mark}`,
  text => `${mark}\n${text}`,
  () => mark,
  () => `-----BEGIN PRIVATE KEY-----\n${encoded(mark)}\n-----END PRIVATE KEY-----\n`,
  () => `-----BEGIN RSA PRIVATE KEY-----\n${mark}\n-----END RSA PRIVATE KEY-----\n`,
  text => text.replace('-----END', `${mark}\n-----END`),
)

type Data = Record<string, string>
type Spoil = (data: Data, change: (text: string) => string) => Data

const fields = (data: Data, change: (key: string, text: string) => string): Data =>
  Object.fromEntries(Object.entries(data).map(([key, text]) => [key, encoded(change(key, decoded(text)))]))

/** In which shapes it comes: in its place, without its certificate, under an old name, beside its certificate, or among other texts. */
const spoil = fc.constantFrom<Spoil>(
  (data, change) => fields(data, (key, text) => (isPublic(key) ? text : change(text))),
  (data, change) => fields(data, (key, text) => (isPublic(key) ? '' : change(text))),
  (data, change) => ({ key: encoded(change(decoded(data['tls.key'] ?? ''))), cert: data['tls.crt'] ?? '' }),
  (data, change) =>
    fields(data, (key, text) =>
      key === 'tls.crt' ? `${text}${pemOf(change(decoded(data['tls.key'] ?? '')))}` : isPublic(key) ? text : change(text),
    ),
  (data, change) => ({ ...data, password: encoded(change('')), 'other.key': encoded(change('')) }),
)

/** Somebody who puts a key beside a certificate puts it there as one. */
const pemOf = (text: string): string =>
  text.includes('PRIVATE KEY') ? text : `-----BEGIN PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----\n`

const isSecret = (object: KubeObject): object is Secret => object.kind === 'Secret'

test(
  'what is secret stays in Secrets',
  async () => {
    const shapes = fc.array(fc.tuple(spoil, spoiled), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...recordedClusters().keys()), shapes, async (name, chosen) => {
        let next = 0
        const cluster = recordedClusters()
          .get(name)!
          .map(object => {
            if (!isSecret(object)) return object
            const [shape, change] = chosen[next++ % chosen.length]!
            return { ...object, data: shape((object.data ?? {}) as Data, change) }
          })
        const { objects, parts, problems, warnings, remove } = await madeOf(cluster)
        const shown = [objects.filter(object => !isSecret(object)), parts, problems, problems.map(sentence), warnings, remove]
        const text = JSON.stringify(shown)
        for (const secret of [
          mark,
          encoded(mark).slice(0, 20),
          encoded(encoded(mark)).slice(0, 20),
          'PRIVATE KEY',
          encoded('PRIVATE KEY').slice(0, 12),
        ]) {
          expect(
            text.includes(secret),
            `${secret} in ${text.slice(Math.max(0, text.indexOf(secret) - 200), text.indexOf(secret) + 40)}`,
          ).toBe(false)
        }
        const metadata = JSON.stringify(objects.filter(isSecret).map(each => each.metadata))
        expect(metadata.includes(mark)).toBe(false)
      }),
      { numRuns: runs },
    )
  },
  30_000 + runs * 1_000,
)
