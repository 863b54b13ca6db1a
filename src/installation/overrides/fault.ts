/** What is wrong with one value of an override, before it is known whose it is. */
export interface Fault {
  /** Below the override: `spec.template.spec.tolerations[0].effect`. */
  path: string
  /** What is wrong, with the value. */
  message: string
  remedy: string
}

/** Looks at a value found under a path. */
export type Check<T> = (value: T, path: string) => Fault[]

/** Checks each item of a list that may be absent. */
export const each = <T>(items: readonly T[] | undefined, path: string, check: Check<T>): Fault[] =>
  (items ?? []).flatMap((item, index) => check(item, `${path}[${index}]`))

/** A fault unless the condition holds: what is wrong, and what to do. */
export const unless = (holds: boolean, path: string, [message, remedy]: readonly [string, string]): Fault[] =>
  holds ? [] : [{ path, message, remedy }]

export const quoted = (value: unknown): string => JSON.stringify(value) ?? 'nothing'
