import { addressBanned, addressUnbanned } from '../core/audit-event.js'
import type { Audit } from '../core/ports.js'
import { addressKey } from './address-key.js'
import { Counters } from './counters.js'
import { RecentKeys } from './recent-keys.js'
import { closedOnFailure } from './store-fault.js'

/** The addresses that may not connect for a while. Both ends of a ban are audited. */
export class Bans implements Disposable {
  readonly #bans = new Counters()
  readonly #audit: Pick<Audit, 'record'>
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #until = new Map<string, number>()
  readonly #keys = new RecentKeys(key => this.#end(key))

  constructor(audit: Pick<Audit, 'record'>) {
    this.#audit = audit
  }

  /** @throws the error of the store */
  has(key: string): Promise<boolean> {
    return this.#bans.has(key)
  }

  /**
   * Bans an address for so many milliseconds; one that is banned stays so until its time is over.
   *
   * @throws Fault `login_refused` for a store that fails; `audit_unavailable` when the ban holds but cannot be recorded
   */
  async begin(key: string, duration: number): Promise<void> {
    if (this.#timers.has(key)) return
    // Before the first wait, so that failures counted at the same time begin one ban.
    this.#timers.set(key, setTimeout(() => this.#end(key), duration).unref())
    this.#until.set(key, Date.now() + duration)
    this.#keys.touch(key)
    try {
      await closedOnFailure('login_refused', () => this.#bans.mark(key, duration))
    } catch (fault) {
      this.#forget(key)
      throw fault
    }
    this.#audit.record(addressBanned(key, Math.round(duration / 1000)))
  }

  /** Every address that is banned (IPv6: its /64), and when that ends. */
  async list(): Promise<readonly { readonly address: string; readonly until: Date }[]> {
    return Array.from(this.#until, ([address, until]) => ({ address, until: new Date(until) }))
  }

  /** Ends the ban of an address now; false when it has none. */
  async lift(address: string): Promise<boolean> {
    const key = addressKey(address)
    if (!this.#timers.has(key)) return false
    this.#end(key)
    return true
  }

  /** Stops the timers; the process ends, and with it every ban. */
  [Symbol.dispose](): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  #forget(key: string): void {
    clearTimeout(this.#timers.get(key))
    this.#timers.delete(key)
    this.#until.delete(key)
    this.#keys.forget(key)
  }

  #end(key: string): void {
    this.#forget(key)
    void this.#bans.clear(key).catch(() => {
      // The store forgets the ban by itself when its time is over.
    })
    try {
      this.#audit.record(addressUnbanned(key))
    } catch {
      // Nobody waits for this answer, and the audit log has told of its outage itself.
    }
  }
}
