/** The group of Calico's own resources, and the words that several of them share. */
import { atomic, bool, intOrString, map, obj, req, rule, type Schema, set, str } from '../schema.ts'

export const v3 = { group: 'projectcalico.org', version: 'v3' } as const

export const onOff = ['Enabled', 'Disabled'] as const

/** A port, a name, or a range such as 8000:8999; a protocol by name or number. The API server checks no further. */
export const anyText = intOrString({ pattern: '^.*' })

/** A severity of logs in any case; empty for none. */
export const severity = str({ pattern: '^(?i)(Trace|Debug|Info|Warning|Error|Fatal)?$' })

/** A key of a Secret in the namespace of calico-node. */
export const password = obj({
  secretKeyRef: atomic(obj({ name: str({ default: '' }), key: req(str()), optional: bool() })),
})

export const nets = set(str())

/** Two fields that exclude each other. */
export const notBoth = (expression: string, message: string) => rule(expression, message, { reason: 'FieldValueForbidden' })
export const mustHold = (expression: string, message: string) => rule(expression, message, { reason: 'FieldValueInvalid' })

/** An object of labels or annotations. */
export const texts = map(str())

/** One of these words, as Kubernetes is told it: twice, and a value has to satisfy both. */
export const oneOfBoth = <const V extends string>(
  wide: readonly string[],
  narrow: readonly V[],
  about: { default?: V } = {},
): Schema<V> => ({
  json: { type: 'string', allOf: [{ enum: [...wide] }, { enum: [...narrow] }], ...about },
})

/** A DSCP value from 0 to 63, or its name. The type says integer, and int-or-string wins. */
export const dscpMark: Schema<number | string> = { json: { type: 'integer', pattern: '^.*', 'x-kubernetes-int-or-string': true } }
