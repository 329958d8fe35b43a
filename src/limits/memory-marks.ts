import type { Mark, Marks } from './store.js'

/** Bounds the state file to some MiB. */
const MAX_MARKS = 20_000

/** Marks in this process; of too many the one set first is forgotten. */
export class MemoryMarks implements Marks {
  /** Set first comes first. */
  readonly #marks = new Map<string, Mark>()
  readonly #changed: () => void
  readonly #max: number

  /** @param changed told after each change */
  constructor(changed: () => void, max = MAX_MARKS) {
    this.#changed = changed
    this.#max = max
  }

  async get(key: string): Promise<Mark | undefined> {
    return this.#find(key)
  }

  async set(key: string, value: number, duration: number): Promise<void> {
    this.put(key, { until: Date.now() + duration, value })
    this.#changed()
  }

  async claim(key: string, value: number, duration: number): Promise<boolean> {
    if (this.#find(key) !== undefined) return false
    await this.set(key, value, duration)
    return true
  }

  async delete(key: string): Promise<void> {
    if (this.#marks.delete(key)) this.#changed()
  }

  async deleteFrom(prefix: string): Promise<void> {
    for (const key of [...this.#marks.keys()]) if (key.startsWith(prefix)) await this.delete(key)
  }

  async list(): Promise<readonly (readonly [string, Mark])[]> {
    return this.current()
  }

  /** Without those whose time is over, set first first. */
  current(): (readonly [string, Mark])[] {
    const now = Date.now()
    return [...this.#marks].filter(([, { until }]) => until > now)
  }

  /** As it was before a restart. */
  put(key: string, mark: Mark): void {
    this.#marks.delete(key)
    this.#marks.set(key, mark)
    const [oldest] = this.#marks.keys()
    if (this.#marks.size > this.#max && oldest !== undefined) this.#marks.delete(oldest)
  }

  #find(key: string): Mark | undefined {
    const mark = this.#marks.get(key)
    if (mark === undefined || mark.until > Date.now()) return mark
    this.#marks.delete(key)
    return undefined
  }
}
