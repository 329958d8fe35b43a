import { RateLimiterMemory } from 'rate-limiter-flexible'
import { RecentKeys } from './recent-keys.js'

/** Timers cannot wait longer: 24 days. */
const LONGEST_MS = 2 ** 31 - 1

const seconds = (ms: number): number => Math.min(ms, LONGEST_MS) / 1000

/** Counts by key; a count forgets itself when its window, which the first of it opens, is over. */
export class Counters {
  readonly #limiter = new RateLimiterMemory({ points: 0, duration: 0 })
  readonly #keys = new RecentKeys(key => this.#limiter.delete(key))

  /** Counts one and tells how many that makes. The window, in milliseconds, is of use only to the first. */
  async add(key: string, window: number): Promise<number> {
    this.#keys.touch(key)
    const { consumedPoints } = await this.#limiter.penalty(key, 1, { customDuration: seconds(window) })
    return consumedPoints
  }

  /** Begins a new window with a count of one. */
  async mark(key: string, window: number): Promise<void> {
    this.#keys.touch(key)
    await this.#limiter.set(key, 1, seconds(window))
  }

  /** True while the key has a window that is not over. */
  async has(key: string): Promise<boolean> {
    const found = await this.#limiter.get(key)
    return found !== null && found.msBeforeNext > 0
  }

  async clear(key: string): Promise<void> {
    this.#keys.forget(key)
    await this.#limiter.delete(key)
  }
}
