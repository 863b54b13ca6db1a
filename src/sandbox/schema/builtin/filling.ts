/** How defaults of built-in kinds are written down. A type only. */

/**
 * What is done to a value of a type, before its own fields are visited. OpenAPI carries few of the defaults, so they are written out here.
 * A field that is a pointer in Go is defaulted when absent; others also when empty.
 */
export type Defaults = Record<string, (value: never) => void>
