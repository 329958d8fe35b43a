import { RateLimiterMemory } from 'rate-limiter-flexible'
import { LONGEST_WAIT } from '../core/timers.js'
import { RecentKeys } from './recent-keys.js'
import type { Counters } from './store.js'

/** Counts in this process; of too many keys the one not counted for longest is forgotten. */
export class MemoryCounters implements Counters {
  readonly #limiter = new RateLimiterMemory({ points: 0, duration: 0 })
  readonly #keys = new RecentKeys(key => this.#limiter.delete(key))

  async add(key: string, window: number): Promise<number> {
    this.#keys.touch(key)
    const customDuration = Math.min(window, LONGEST_WAIT) / 1000
    const { consumedPoints } = await this.#limiter.penalty(key, 1, { customDuration })
    return consumedPoints
  }

  async clear(key: string): Promise<void> {
    this.#keys.forget(key)
    await this.#limiter.delete(key)
  }

  async clearFrom(prefix: string): Promise<void> {
    for (const key of this.#keys.startingWith(prefix)) await this.clear(key)
  }
}
