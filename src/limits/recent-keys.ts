/** Bounds the memory of one kind of counter to some ten MiB. */
const MAX_KEYS = 50_000

/** Remembers which key was not touched for longest, and drops it when there are too many. */
export class RecentKeys {
  /** Least recently touched first. */
  readonly #keys = new Set<string>()
  readonly #drop: (key: string) => unknown
  readonly #max: number

  constructor(drop: (key: string) => unknown, max = MAX_KEYS) {
    this.#drop = drop
    this.#max = max
  }

  touch(key: string): void {
    this.#keys.delete(key)
    this.#keys.add(key)
    const [oldest] = this.#keys
    if (this.#keys.size <= this.#max || oldest === undefined) return
    this.#keys.delete(oldest)
    this.#drop(oldest)
  }

  forget(key: string): void {
    this.#keys.delete(key)
  }

  startingWith(prefix: string): string[] {
    return [...this.#keys].filter(key => key.startsWith(prefix))
  }
}
