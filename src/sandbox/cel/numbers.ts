/** Kubernetes' CEL functions on quantities and semantic versions, and the literals of JSON patches. https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-quantity-library */
import type { Environment } from '@marcbachmann/cel-js'
import coerce from 'semver/functions/coerce.js'
import compareVersions from 'semver/functions/compare.js'
import parse from 'semver/functions/parse.js'
import { nanosOf } from '../../kube/quantity.ts'

const billion = 1_000_000_000n

class Quantity {
  readonly nano: bigint
  constructor(nano: bigint) {
    this.nano = nano
  }
}

class Semver {
  readonly version: NonNullable<ReturnType<typeof parse>>
  constructor(text: string, lenient = false) {
    const version = lenient ? coerce(text.replace(/^v/, ''), { includePrerelease: true }) : parse(text)
    if (!version || (!lenient && /^[v=\s]/.test(text))) throw new Error(`Semver parse error during conversion from string: ${text}`)
    this.version = version
  }
}

export function registerNumbers(environment: Environment): void {
  registerQuantities(environment)
  registerSemver(environment)
  registerPatch(environment)
}

function registerQuantities(environment: Environment): void {
  const type = 'kubernetes.Quantity'
  environment.registerType(type, Quantity)
  environment
    .registerFunction(`quantity(string): ${type}`, quantity)
    .registerFunction('isQuantity(string): bool', (text: string) => nanosOf(text) !== undefined)
    .registerFunction(`${type}.isInteger(): bool`, ({ nano }: Quantity) => nano % billion === 0n)
    .registerFunction(`${type}.asInteger(): int`, asInteger)
    .registerFunction(`${type}.asApproximateFloat(): double`, ({ nano }: Quantity) => Number(nano) / 1e9)
    .registerFunction(`${type}.sign(): int`, ({ nano }: Quantity) => BigInt(compare(nano, 0n)))
    .registerFunction(`${type}.add(${type}): ${type}`, (a: Quantity, b: Quantity) => new Quantity(a.nano + b.nano))
    .registerFunction(`${type}.add(int): ${type}`, (a: Quantity, b: bigint) => new Quantity(a.nano + b * billion))
    .registerFunction(`${type}.sub(${type}): ${type}`, (a: Quantity, b: Quantity) => new Quantity(a.nano - b.nano))
    .registerFunction(`${type}.sub(int): ${type}`, (a: Quantity, b: bigint) => new Quantity(a.nano - b * billion))
    .registerFunction(`${type}.isLessThan(${type}): bool`, (a: Quantity, b: Quantity) => a.nano < b.nano)
    .registerFunction(`${type}.isGreaterThan(${type}): bool`, (a: Quantity, b: Quantity) => a.nano > b.nano)
    .registerFunction(`${type}.compareTo(${type}): int`, (a: Quantity, b: Quantity) => BigInt(compare(a.nano, b.nano)))
    .registerOperator(`${type} == ${type}`, (a: Quantity, b: Quantity) => a.nano === b.nano)
}

function quantity(text: string): Quantity {
  const nano = nanosOf(text)
  if (nano === undefined) throw new Error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
  return new Quantity(nano)
}

function asInteger({ nano }: Quantity): bigint {
  if (nano % billion !== 0n) throw new Error('cannot convert value to integer')
  return nano / billion
}

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0)

function registerSemver(environment: Environment): void {
  const type = 'kubernetes.Semver'
  const valid = (text: string, lenient = false) => {
    try {
      return new Semver(text, lenient) !== undefined
    } catch {
      return false
    }
  }
  environment.registerType(type, Semver)
  environment
    .registerFunction(`semver(string): ${type}`, (text: string) => new Semver(text))
    .registerFunction(`semver(string, bool): ${type}`, (text: string, lenient: boolean) => new Semver(text, lenient))
    .registerFunction('isSemver(string): bool', (text: string) => valid(text))
    .registerFunction('isSemver(string, bool): bool', valid)
    .registerFunction(`${type}.major(): int`, ({ version }: Semver) => BigInt(version.major))
    .registerFunction(`${type}.minor(): int`, ({ version }: Semver) => BigInt(version.minor))
    .registerFunction(`${type}.patch(): int`, ({ version }: Semver) => BigInt(version.patch))
    .registerFunction(`${type}.isLessThan(${type}): bool`, (a: Semver, b: Semver) => compareVersions(a.version, b.version) < 0)
    .registerFunction(`${type}.isGreaterThan(${type}): bool`, (a: Semver, b: Semver) => compareVersions(a.version, b.version) > 0)
    .registerFunction(`${type}.compareTo(${type}): int`, (a: Semver, b: Semver) => BigInt(compareVersions(a.version, b.version)))
}

/** Literals are calls by the time they are parsed: see literals.ts. */
function registerPatch(environment: Environment): void {
  const same = (fields: unknown) => fields
  environment.registerFunction('JSONPatch(map): map', same).registerFunction('Object(map): map', same)
  environment
    .registerType('JsonPatchNamespace', JsonPatchNamespace)
    .registerConstant('jsonpatch', 'JsonPatchNamespace', new JsonPatchNamespace())
  environment.registerFunction('JsonPatchNamespace.escapeKey(string): string', (_: unknown, key: string) =>
    key.replaceAll('~', '~0').replaceAll('/', '~1'),
  )
}

class JsonPatchNamespace {}
