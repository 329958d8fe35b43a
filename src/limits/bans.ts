import { addressBanned, addressUnbanned } from '../core/audit-event.js'
import type { Audit } from '../core/ports.js'
import { LONGEST_WAIT } from '../core/timers.js'
import { addressKey } from './address-key.js'
import type { LimitOptions } from './options.js'
import { RecentKeys } from './recent-keys.js'
import type { Marks, Store } from './store.js'
import { closedOnFailure } from './store-fault.js'

export interface Ban {
  /** An IPv4 address, or the /64 of an IPv6 one. */
  readonly address: string
  readonly until: Date
  /** How often the address was banned, this time included, since its bans were last forgotten. */
  readonly times: number
}

/** The addresses that may not connect for a while, longer each time. Both ends of a ban are audited. */
export class Bans implements Disposable {
  readonly #options: () => LimitOptions['ban']
  readonly #audit: Pick<Audit, 'record'>
  /** By address; the value is how often. */
  readonly #marks: Marks
  /** How often an address was banned before: outlasts the ban. */
  readonly #history: Marks
  /** Of the bans that this process began or found at its start. */
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #keys = new RecentKeys(key => this.#forget(key))
  /** Clears what else is counted against an address. */
  readonly #pardons: ((key: string) => Promise<void>)[] = []

  constructor(options: () => LimitOptions['ban'], audit: Pick<Audit, 'record'>, store: Store) {
    this.#options = options
    this.#audit = audit
    this.#marks = store.marks('ban')
    this.#history = store.marks('banned-before')
  }

  /** To be called by whoever counts against addresses: what to do for one whose ban is lifted. */
  onLift(pardon: (key: string) => Promise<void>): void {
    this.#pardons.push(pardon)
  }

  /** Takes over the bans of before a restart. @throws the error of the store */
  async resume(): Promise<void> {
    for (const [key, { until }] of await this.#marks.list()) this.#endAt(key, until - Date.now())
  }

  /** @param key as `addressKey` gives it. @throws the error of the store */
  async has(key: string): Promise<boolean> {
    return (await this.#marks.get(key)) !== undefined
  }

  /**
   * Bans an address; one that is banned stays so until its time is over.
   *
   * @param key as `addressKey` gives it
   * @throws Fault `login_refused` for a store that fails; `audit_unavailable` when the ban holds but cannot be recorded
   */
  async begin(key: string): Promise<void> {
    const { first, longest, forget } = this.#options()
    const duration = await ask(async () => {
      const before = (await this.#history.get(key))?.value ?? 0
      const length = Math.min(first * 2 ** before, longest)
      // Of all who count the same failures, here and on other servers, one begins the ban.
      if (!(await this.#marks.claim(key, before + 1, length))) return undefined
      await this.#history.set(key, before + 1, length + forget)
      return length
    })
    if (duration === undefined) return
    this.#endAt(key, duration)
    this.#audit.record(addressBanned(key, Math.round(duration / 1000)))
  }

  /** All that hold now, those of other servers that share the store included. @throws Fault `login_refused` */
  async list(): Promise<readonly Ban[]> {
    const marks = await ask(() => this.#marks.list())
    return marks.map(([address, { until, value }]) => ({ address, until: new Date(until), times: value }))
  }

  /**
   * Ends a ban, and forgets every failure counted against the address, so that its partner can log in at once.
   *
   * @param address an address, or a /64 as {@link list} has it
   * @returns whether it was banned
   * @throws Fault `login_refused` for a store that fails; `audit_unavailable`, and then nothing is lifted
   */
  async lift(address: string): Promise<boolean> {
    const key = addressKey(address.replace(/\/64$/, ''))
    const banned = await ask(() => this.has(key))
    if (banned) this.#audit.record(addressUnbanned(key, true))
    this.#forget(key)
    await ask(async () => {
      await this.#marks.delete(key)
      await this.#history.delete(key)
      for (const pardon of this.#pardons) await pardon(key)
    })
    return banned
  }

  /** Stops the timers; the bans are the store's. */
  [Symbol.dispose](): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  #endAt(key: string, duration: number): void {
    clearTimeout(this.#timers.get(key))
    this.#timers.set(key, setTimeout(() => this.#end(key), Math.min(duration, LONGEST_WAIT)).unref())
    this.#keys.touch(key)
  }

  #forget(key: string): void {
    clearTimeout(this.#timers.get(key))
    this.#timers.delete(key)
    this.#keys.forget(key)
  }

  /** The store has forgotten the ban by itself. */
  #end(key: string): void {
    this.#forget(key)
    try {
      this.#audit.record(addressUnbanned(key))
    } catch {
      // Nobody waits for this answer, and the audit log has told of its outage itself.
    }
  }
}

const ask = <T>(question: () => Promise<T>): Promise<T> => closedOnFailure('login_refused', question)
