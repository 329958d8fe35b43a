import type { Bans } from './bans.js'
import type { Rule } from './options.js'
import type { Counters, Store } from './store.js'
import { closedOnFailure } from './store-fault.js'

/** Counts one kind of failure by address, and bans an address that has too many. */
export class AddressFailures {
  readonly #counters: Counters
  readonly #rule: () => Rule
  readonly #bans: Bans

  /** @param name of the counters in the store */
  constructor(name: string, rule: () => Rule, bans: Bans, store: Store) {
    this.#counters = store.counters(name)
    this.#rule = rule
    this.#bans = bans
    bans.onLift(key => this.#counters.clear(key))
  }

  /**
   * @param key as `addressKey` gives it
   * @throws Fault `login_refused` for a store that fails; `audit_unavailable` when a ban began and cannot be recorded
   */
  async add(key: string): Promise<void> {
    const { count, window } = this.#rule()
    const failures = await closedOnFailure('login_refused', () => this.#counters.add(key, window))
    if (failures < count) return
    await this.#bans.begin(key)
    await closedOnFailure('login_refused', () => this.#counters.clear(key))
  }
}
