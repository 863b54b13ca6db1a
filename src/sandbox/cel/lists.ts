/** Kubernetes' CEL functions on lists and sets. https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-list-library */
import type { Environment } from '@marcbachmann/cel-js'
import { equal } from '../schema/equal.ts'

type Comparable = bigint | number | string | boolean | Date | { valueOf(): number | bigint }

class SetsNamespace {}
const list = 'list<dyn>'

export function registerLists(environment: Environment): void {
  environment
    .registerFunction(`${list}.isSorted(): bool`, (items: Comparable[]) =>
      items.every((item, index) => index === 0 || items[index - 1]! <= item),
    )
    .registerFunction(`${list}.sum(): dyn`, sum)
    .registerFunction(`${list}.min(): dyn`, (items: Comparable[]) => extreme(items, 'min', (a, b) => a < b))
    .registerFunction(`${list}.max(): dyn`, (items: Comparable[]) => extreme(items, 'max', (a, b) => a > b))
    .registerFunction(`${list}.indexOf(dyn): int`, (items: unknown[], item: unknown) => BigInt(items.findIndex(each => same(each, item))))
    .registerFunction(`${list}.lastIndexOf(dyn): int`, (items: unknown[], item: unknown) =>
      BigInt(items.findLastIndex(each => same(each, item))),
    )
  environment.registerType('SetsNamespace', SetsNamespace).registerConstant('sets', 'SetsNamespace', new SetsNamespace())
  environment
    .registerFunction(`SetsNamespace.contains(${list}, ${list}): bool`, (_: unknown, all: unknown[], some: unknown[]) => within(some, all))
    .registerFunction(
      `SetsNamespace.equivalent(${list}, ${list}): bool`,
      (_: unknown, a: unknown[], b: unknown[]) => within(a, b) && within(b, a),
    )
    .registerFunction(`SetsNamespace.intersects(${list}, ${list}): bool`, (_: unknown, a: unknown[], b: unknown[]) =>
      a.some(item => b.some(other => same(item, other))),
    )
}

const within = (some: unknown[], all: unknown[]) => some.every(item => all.some(other => same(item, other)))

/** A whole number is the same as int and as double. */
const same = (a: unknown, b: unknown): boolean =>
  // biome-ignore lint/suspicious/noDoubleEquals: compares bigint with number by value
  (typeof a === 'bigint' || typeof a === 'number') && (typeof b === 'bigint' || typeof b === 'number') ? a == b : equal(a, b)

function sum(items: (bigint | number)[]): bigint | number {
  if (items.every(item => typeof item === 'bigint')) return items.reduce((total, item) => total + item, 0n)
  return items.reduce<number>((total, item) => total + Number(item), 0)
}

function extreme(items: Comparable[], name: string, better: (a: Comparable, b: Comparable) => boolean): Comparable {
  if (items.length === 0) throw new Error(`${name} called on empty list`)
  return items.reduce((best, item) => (better(item, best) ? item : best))
}
