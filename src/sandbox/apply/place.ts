/** Where a walk through an object is, and the set that collects the places it marks. */
import { FieldSetBuilder } from './field-set.ts'

/** One place; sets along the way come into being with the first mark below them. */
export class Place {
  readonly #parent: Place | undefined
  readonly #element: string
  #set: FieldSetBuilder | undefined

  private constructor(parent: Place | undefined, element: string, set?: FieldSetBuilder) {
    this.#parent = parent
    this.#element = element
    this.#set = set
  }

  /** The object itself, which is never marked. */
  static root(set: FieldSetBuilder): Place {
    return new Place(undefined, '', set)
  }

  below(element: string): Place {
    return new Place(this, element)
  }

  mark(): void {
    this.#parent?.set.insert(this.#element)
  }

  private get set(): FieldSetBuilder {
    this.#set ??= this.#parent?.set.below(this.#element) ?? new FieldSetBuilder()
    return this.#set
  }
}
