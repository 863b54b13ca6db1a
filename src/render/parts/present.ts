/** What may be there or not: a condition is a value, not a branch. Never reorders. */

/** The entries that are there; `false` and `undefined` stand for one that is not wanted. */
export const present = <T>(...entries: (T | false | undefined)[]): T[] =>
  entries.filter((entry): entry is T => entry !== false && entry !== undefined)

/** The value under its condition; otherwise undefined, which is absent. */
export const when = <T>(condition: boolean, value: T): T | undefined => (condition ? value : undefined)

/** Only the fields that are given. */
export const given = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>
