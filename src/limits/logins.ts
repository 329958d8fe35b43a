import { createHash } from 'node:crypto'
import { userBlocked } from '../core/audit-event.js'
import { Fault } from '../core/fault.js'
import type { LoginLimits } from '../core/login-ports.js'
import type { Audit } from '../core/ports.js'
import { AddressFailures } from './address-failures.js'
import { addressKey } from './address-key.js'
import type { Bans } from './bans.js'
import type { LimitOptions } from './options.js'
import type { Counters, Marks, Store } from './store.js'
import { closedOnFailure } from './store-fault.js'
import { Turns } from './turns.js'

const DAY_MS = 86_400_000
/** How long an address from which a user logged in is spared what strangers do to the user. */
const KNOWN_MS = 30 * DAY_MS

/** Counts failed logins, and refuses a user from an address, a user from strange ones, or an address that had too many. */
export class LoginLimiter implements LoginLimits {
  readonly #options: () => LimitOptions
  readonly #bans: Bans
  readonly #audit: Pick<Audit, 'record'>
  readonly #turns = new Turns()
  readonly #addressFailures: AddressFailures
  readonly #pairFailures: Counters
  readonly #pairBlocks: Marks
  readonly #userFailures: Counters
  readonly #userBlocks: Marks
  /** Addresses by the users who logged in from there. */
  readonly #known: Marks

  constructor(options: () => LimitOptions, bans: Bans, audit: Pick<Audit, 'record'>, store: Store) {
    this.#options = options
    this.#bans = bans
    this.#audit = audit
    this.#addressFailures = new AddressFailures('address', () => options().addressFailures, bans, store)
    this.#pairFailures = store.counters('pair')
    this.#pairBlocks = store.marks('pair')
    this.#userFailures = store.counters('user')
    this.#userBlocks = store.marks('user')
    this.#known = store.marks('known')
    bans.onLift(async key => {
      await this.#pairFailures.clearFrom(pairPrefix(key))
      await this.#pairBlocks.deleteFrom(pairPrefix(key))
    })
  }

  turn(address: string, signal: AbortSignal): Promise<Disposable> {
    return this.#turns.take(addressKey(address), signal)
  }

  async check(user: string, address: string): Promise<void> {
    const key = addressKey(address)
    const pair = pairKey(user, key)
    const [banned, pairBlock, userBlock, known] = await ask(() =>
      Promise.all([
        this.#bans.has(key),
        this.#pairBlocks.get(pair),
        this.#userBlocks.get(digest(user)),
        this.#known.get(pair),
      ]),
    )
    if (banned) throw new Fault('login_refused', { reason: 'banned' })
    if (pairBlock !== undefined) {
      // Still a guess, though nobody looks at it.
      await this.#addressFailures.add(key)
      throw new Fault('login_refused', { reason: 'too_many_failures' })
    }
    // Not counted against the address: it may be the partner's new one, and no password is looked at.
    if (userBlock !== undefined && known === undefined)
      throw new Fault('login_refused', { reason: 'user_blocked' })
  }

  /** @throws Fault `login_refused` for a store that fails; `audit_unavailable` as the audit log does */
  async failed(user: string, address: string): Promise<void> {
    const key = addressKey(address)
    const pair = pairKey(user, key)
    const [known] = await ask(() => Promise.all([this.#known.get(pair), this.#countPair(pair)]))
    if (known === undefined) await this.#countUser(user)
    await this.#addressFailures.add(key)
  }

  async succeeded(user: string, address: string): Promise<void> {
    const pair = pairKey(user, addressKey(address))
    await ask(async () => {
      // The address keeps its count: one good account must not buy guesses at all the others.
      const [known] = await Promise.all([this.#known.get(pair), this.#pairFailures.clear(pair)])
      // Once a day is enough: partners log in far more often than the state can be written.
      if (known === undefined || known.until < Date.now() + KNOWN_MS - DAY_MS)
        await this.#known.set(pair, 1, KNOWN_MS)
    })
  }

  async #countPair(pair: string): Promise<void> {
    const { count, window, block } = this.#options().pairFailures
    if ((await this.#pairFailures.add(pair, window)) < count) return
    await this.#pairBlocks.set(pair, 1, block)
    await this.#pairFailures.clear(pair)
  }

  async #countUser(user: string): Promise<void> {
    const { count, window, block } = this.#options().userFailures
    const key = digest(user)
    const begun = await ask(async () => {
      if ((await this.#userFailures.add(key, window)) < count) return false
      const first = await this.#userBlocks.claim(key, 1, block)
      await this.#userFailures.clear(key)
      return first
    })
    if (begun) this.#audit.record(userBlocked(user, Math.round(block / 1000)))
  }
}

/** Of one length, whatever a stranger calls himself. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')

const pairPrefix = (address: string): string => `${address}|`
const pairKey = (user: string, address: string): string => pairPrefix(address) + digest(user)

const ask = <T>(question: () => Promise<T>): Promise<T> => closedOnFailure('login_refused', question)
