import { Fault } from '../core/fault.js'
import type { ConnectionLease, ConnectionLimits } from '../core/login-ports.js'
import { addressKey } from './address-key.js'
import type { Bans } from './bans.js'
import type { LimitOptions } from './options.js'
import type { Counters, Store } from './store.js'
import { closedOnFailure } from './store-fault.js'

/** Decides who may connect: not the banned, not too many at a time, not too many in a short time. */
export class ConnectionLimiter implements ConnectionLimits {
  readonly #options: () => LimitOptions
  readonly #bans: Bans
  readonly #recent: Counters
  readonly #live = new Map<string, number>()
  #total = 0

  constructor(options: () => LimitOptions, bans: Bans, store: Store) {
    this.#options = options
    this.#bans = bans
    this.#recent = store.counters('connection')
    bans.onLift(key => this.#recent.clear(key))
  }

  async admit(address: string): Promise<ConnectionLease> {
    const key = addressKey(address)
    const { connectionRate } = this.#options()
    if (await ask(() => this.#bans.has(key))) throw new Fault('denied', { reason: 'banned' })
    const recent = await ask(() => this.#recent.add(key, connectionRate.window))
    if (recent > connectionRate.count) throw new Fault('denied', { reason: 'connection_rate' })
    // No wait from here on: what is counted is still true when the place is taken.
    const { maxSessions, maxSessionsPerAddress } = this.#options()
    if (this.#total >= maxSessions) throw new Fault('denied', { reason: 'too_many_connections' })
    const live = this.#live.get(key) ?? 0
    if (live >= maxSessionsPerAddress) {
      throw new Fault('denied', { reason: 'too_many_connections_from_address' })
    }
    this.#live.set(key, live + 1)
    this.#total += 1
    return this.#lease(key)
  }

  #lease(key: string): ConnectionLease {
    let held = true
    return {
      [Symbol.dispose]: () => {
        if (!held) return
        held = false
        this.#total -= 1
        const left = (this.#live.get(key) ?? 1) - 1
        if (left > 0) this.#live.set(key, left)
        else this.#live.delete(key)
      },
    }
  }
}

const ask = <T>(question: () => Promise<T>): Promise<T> => closedOnFailure('denied', question)
