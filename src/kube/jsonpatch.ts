/** RFC 6902 patches, by fast-json-patch. The only file that knows the library; never changes what it is given. */
// A default import: the library's type declarations promise named exports that it does not have as an ES module.
import jsonpatch, { type Operation } from 'fast-json-patch'

export type JsonPatch = Operation[]

/** A patch that cannot be applied: which of its operations, and why. */
export class PatchError extends Error {
  override name = 'PatchError'
  /** Whether a `test` operation found another value. */
  readonly test: boolean
  constructor(message: string, test: boolean) {
    super(message)
    this.test = test
  }
}

/** The document as the patch leaves it, a copy. Throws PatchError. */
export function applyJsonPatch<T>(document: T, patch: JsonPatch): unknown {
  try {
    return jsonpatch.applyPatch<unknown>(structuredClone(document), structuredClone(patch), true, true).newDocument
  } catch (error) {
    const { name = '', index, operation } = error as { name?: string; index?: number; operation?: Operation }
    const where = operation ? ` (operation ${index}: ${operation.op} ${operation.path})` : ''
    throw new PatchError(`${(error as Error).message.split('\n')[0]}${where}`, name === 'TEST_OPERATION_FAILED')
  }
}

/** A JSON Pointer (RFC 6901) of unescaped names. */
export const pointer = (...names: (string | number)[]): string =>
  names.map(name => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
