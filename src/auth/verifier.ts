import { Fault } from '../core/fault.js'
import { Slots } from '../core/slots.js'
import { verifyPassword } from './argon2.js'
import { type Claim, SuccessCache } from './success-cache.js'

export interface VerifierOptions {
  /** Verifications at a time: each holds its memory and a thread that file access needs as well. */
  readonly concurrency: number
  /** Logins that may wait for one. */
  readonly queue: number
  /** How long a right password is remembered, in milliseconds. */
  readonly cacheTtl: number
  /** How many are. */
  readonly cacheSize: number
}

/** What the verifier needs of the world; replaced in tests. */
export interface VerifierTools {
  readonly verify: (hash: string, password: string) => Promise<boolean>
  /** Milliseconds that never go back. */
  readonly now: () => number
}

const TOOLS: VerifierTools = { verify: verifyPassword, now: () => performance.now() }

/** Compares passwords with hashes, never more at a time than the machine can bear. */
export class Verifier {
  readonly #slots: Slots
  readonly #cache: SuccessCache
  readonly #tools: VerifierTools
  /** Counts the times the cache was emptied, so that an older result does not get into it. */
  #generation = 0

  constructor(options: VerifierOptions, tools: VerifierTools = TOOLS) {
    this.#slots = new Slots(options.concurrency, options.queue, queueFull)
    this.#cache = new SuccessCache(options.cacheTtl, options.cacheSize, tools.now)
    this.#tools = tools
  }

  /** True when the password is right. @throws Fault `login_refused` when too many wait; `aborted` */
  async verify(claim: Claim, signal: AbortSignal): Promise<boolean> {
    if (this.#cache.has(claim)) return true
    const generation = this.#generation
    using _slot = await this.#slots.take(signal)
    // The same password may have been found right while this one waited.
    if (this.#cache.has(claim)) return true
    const right = await this.#tools.verify(claim.hash, claim.password)
    if (right && generation === this.#generation) this.#cache.add(claim)
    return right
  }

  /** Compares anew each time: right passwords are neither looked up nor remembered. @throws as `verify` */
  async compare({ hash, password }: Omit<Claim, 'user'>, signal: AbortSignal): Promise<boolean> {
    using _slot = await this.#slots.take(signal)
    return await this.#tools.verify(hash, password)
  }

  /** Costs what a wrong password costs, for a login that no password can make succeed. @throws as `verify` */
  async waste(claim: Omit<Claim, 'user'>, signal: AbortSignal): Promise<void> {
    await this.compare(claim, signal)
  }

  /** Forgets every right password. */
  forget(): void {
    this.#generation += 1
    this.#cache.clear()
  }
}

const queueFull = (): Fault => new Fault('login_refused', { reason: 'verification_queue_full' })
