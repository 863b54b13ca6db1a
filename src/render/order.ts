/** Sorts volumes and mounts by name into the order that running pods already have: another order would restart them. Never looks at anything but the name. */

/** Longer stretches are divided, and entries of equal name may change places; up to here they keep them. */
const inserted = 12
/** From here on the pivot would be sought among more entries. Nobody mounts so much: such a list is sorted stably. */
const sampled = 50

type Named = { name: string }

/**
 * By name, in byte order. Entries of one name fall as the predecessor's pattern-defeating quicksort leaves them (spec/installation-render.md §13.1):
 * it is not stable from 13 entries on, but always the same for the same input.
 */
export function sortedByName<T extends Named>(entries: readonly T[]): T[] {
  const items = [...entries]
  if (items.length >= sampled) return items.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
  sortStretch(new Stretch(items, 0, items.length))
  return items
}

/** Part of a list. Positions count from its beginning; -1 is the entry before it, which no entry of it is less than. */
class Stretch {
  readonly #items: Named[]
  readonly #from: number
  readonly length: number
  constructor(items: Named[], from: number, to: number) {
    this.#items = items
    this.#from = from
    this.length = to - from
  }
  less(a: number, b: number): boolean {
    return this.#items[this.#from + a]!.name < this.#items[this.#from + b]!.name
  }
  swap(a: number, b: number): void {
    const kept = this.#items[this.#from + a]!
    this.#items[this.#from + a] = this.#items[this.#from + b]!
    this.#items[this.#from + b] = kept
  }
  /** Whether the entry there is as small as the one before the stretch, and so as all that equal it. */
  isLeast(at: number): boolean {
    return this.#from > 0 && !this.less(-1, at)
  }
  part(from: number, to = this.length): Stretch {
    return new Stretch(this.#items, this.#from + from, this.#from + to)
  }
}

function sortStretch(all: Stretch): void {
  let rest = all
  let balanced = true
  let untouched = true
  while (rest.length > inserted) {
    if (!balanced) scatter(rest)
    const { pivot, rising } = candidate(rest)
    if (balanced && untouched && rising && isSorted(rest)) return
    if (rest.isLeast(pivot)) {
      rest = rest.part(gatherEqual(rest, pivot))
      continue
    }
    const { middle, moved } = divide(rest, pivot)
    untouched = !moved
    const parts = [rest.part(0, middle), rest.part(middle + 1)] as const
    const leftIsSmaller = middle < rest.length - middle
    balanced = Math.min(middle, rest.length - middle) >= rest.length >> 3
    sortStretch(parts[leftIsSmaller ? 0 : 1])
    rest = parts[leftIsSmaller ? 1 : 0]
  }
  insert(rest)
}

/** The median of the entries at the quarters, and whether these three were in order already. */
function candidate(stretch: Stretch): { pivot: number; rising: boolean } {
  let rising = true
  const ordered = (a: number, b: number): [number, number] => {
    if (!stretch.less(b, a)) return [a, b]
    rising = false
    return [b, a]
  }
  const quarter = stretch.length >> 2
  const [low, high] = ordered(quarter, quarter * 2)
  const [middle] = ordered(high, quarter * 3)
  const [, pivot] = ordered(low, middle)
  return { pivot, rising }
}

/** Less than the pivot to the left of it, the others to the right. `moved`: it was not so before. */
function divide(stretch: Stretch, pivot: number): { middle: number; moved: boolean } {
  stretch.swap(0, pivot)
  let left = 1
  let right = stretch.length - 1
  for (let swaps = 0; ; swaps++) {
    while (left <= right && stretch.less(left, 0)) left++
    while (left <= right && !stretch.less(right, 0)) right--
    if (left > right) {
      stretch.swap(right, 0)
      return { middle: right, moved: swaps > 0 }
    }
    stretch.swap(left++, right--)
  }
}

/** Brings all that equal the pivot, the least there is, to the front; says where the greater ones begin. */
function gatherEqual(stretch: Stretch, pivot: number): number {
  stretch.swap(0, pivot)
  let left = 1
  let right = stretch.length - 1
  for (;;) {
    while (left <= right && !stretch.less(0, left)) left++
    while (left <= right && stretch.less(0, right)) right--
    if (left > right) return left
    stretch.swap(left++, right--)
  }
}

/** Breaks a pattern that led to a bad pivot, by three swaps around the middle; the numbers are drawn from the length alone. */
function scatter(stretch: Stretch): void {
  const { length } = stretch
  const mask = (1n << BigInt(length.toString(2).length)) - 1n
  const first = (length >> 2) * 2 - 1
  let drawn = BigInt(length)
  for (let i = 0; i < 3; i++) {
    drawn = shifted(drawn)
    const other = Number(drawn & mask)
    stretch.swap(first + i, other < length ? other : other - length)
  }
}

/** The next number of xorshift64. */
function shifted(number: bigint): bigint {
  const a = number ^ BigInt.asUintN(64, number << 13n)
  const b = a ^ (a >> 7n)
  return b ^ BigInt.asUintN(64, b << 17n)
}

function isSorted(stretch: Stretch): boolean {
  for (let i = 1; i < stretch.length; i++) if (stretch.less(i, i - 1)) return false
  return true
}

function insert(stretch: Stretch): void {
  for (let i = 1; i < stretch.length; i++) {
    for (let j = i; j > 0 && stretch.less(j, j - 1); j--) stretch.swap(j, j - 1)
  }
}
