import { createHash } from 'node:crypto'
import { Fault } from '../core/fault.js'
import type { LoginLimits } from '../core/ports.js'
import { addressKey } from './address-key.js'
import type { Bans } from './bans.js'
import { Counters } from './counters.js'
import type { LimitOptions } from './options.js'
import { closedOnFailure } from './store-fault.js'

/** Counts failed logins, and refuses a user from an address, or an address, that had too many. */
export class LoginLimiter implements LoginLimits {
  readonly #options: () => LimitOptions
  readonly #bans: Bans
  readonly #pairFailures = new Counters()
  readonly #pairBlocks = new Counters()
  readonly #addressFailures = new Counters()

  constructor(options: () => LimitOptions, bans: Bans) {
    this.#options = options
    this.#bans = bans
  }

  async check(user: string, address: string): Promise<void> {
    const key = addressKey(address)
    if (await ask(() => this.#bans.has(key))) throw new Fault('login_refused', { reason: 'banned' })
    if (await ask(() => this.#pairBlocks.has(pairKey(user, key)))) {
      throw new Fault('login_refused', { reason: 'too_many_failures' })
    }
  }

  /** @throws Fault `login_refused` for a store that fails; `audit_unavailable` as the audit log does */
  async failed(user: string, address: string): Promise<void> {
    const key = addressKey(address)
    const { userFailures, addressFailures } = this.#options()
    const banned = await ask(async () => {
      await this.#countPair(pairKey(user, key), userFailures)
      return (await this.#addressFailures.add(key, addressFailures.window)) >= addressFailures.count
    })
    if (!banned) return
    await ask(() => this.#addressFailures.clear(key))
    await this.#bans.begin(key, addressFailures.ban)
  }

  async succeeded(user: string, address: string): Promise<void> {
    // The address keeps its count: one good account must not buy guesses at all the others.
    await ask(() => this.#pairFailures.clear(pairKey(user, addressKey(address))))
  }

  async #countPair(pair: string, { count, window, block }: LimitOptions['userFailures']): Promise<void> {
    if ((await this.#pairFailures.add(pair, window)) < count) return
    await this.#pairFailures.clear(pair)
    await this.#pairBlocks.mark(pair, block)
  }
}

/** Of one length, whatever a stranger calls himself. */
const pairKey = (user: string, address: string): string =>
  createHash('sha256').update(`${address}\0${user}`).digest('base64')

const ask = <T>(question: () => Promise<T>): Promise<T> => closedOnFailure('login_refused', question)
