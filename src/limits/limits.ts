import type { Audit, Log } from '../core/ports.js'
import { Bans } from './bans.js'
import { CodeMarks } from './codes.js'
import { ConnectionLimiter } from './connections.js'
import { GuardedStore } from './guarded-store.js'
import { HandshakeLimiter } from './handshakes.js'
import { LoginLimiter } from './logins.js'
import { MemoryStore } from './memory-store.js'
import type { LimitOptions } from './options.js'
import type { Store } from './store.js'

/** Where counters and bans are. */
export interface LimitPlace {
  /** `memory`, or the address of a Redis or Valkey server. */
  readonly store: string
  /** The file that keeps what matters of `memory` over a restart. */
  readonly state: string
}

interface Services {
  readonly audit: Pick<Audit, 'record'>
  readonly log: Pick<Log, 'warn' | 'error' | 'info'>
}

/** All limits of one server. */
export class Limits implements AsyncDisposable {
  readonly bans: Bans
  readonly codes: CodeMarks
  readonly connections: ConnectionLimiter
  readonly handshakes: HandshakeLimiter
  readonly logins: LoginLimiter
  readonly #current: { options: LimitOptions }
  readonly #store: Store

  /** @param current holds what `reconfigure` replaces; @param store is closed with this */
  constructor(current: { options: LimitOptions }, audit: Pick<Audit, 'record'>, store: Store) {
    const options = () => current.options
    this.#current = current
    this.#store = store
    this.bans = new Bans(() => current.options.ban, audit, store)
    this.codes = new CodeMarks(store)
    this.connections = new ConnectionLimiter(options, this.bans, store)
    this.handshakes = new HandshakeLimiter(options, this.bans, store)
    this.logins = new LoginLimiter(options, this.bans, audit, store)
  }

  /** Never fails: a store that is away is an outage as any other, and a damaged state file is left behind. */
  static async open(
    options: LimitOptions,
    { store, state }: LimitPlace,
    services: Services,
  ): Promise<Limits> {
    const current = { options }
    const opened =
      store === 'memory'
        ? await MemoryStore.open(state, services.log)
        : await GuardedStore.open(store, { ...services, onFailure: () => current.options.onStoreFailure })
    const limits = new Limits(current, services.audit, opened)
    await limits.bans.resume().catch(() => {
      // The outage is told of; the bans hold in the store, only their ends go unrecorded.
    })
    return limits
  }

  /** Takes effect with the next connection and the next login; counts, leases and bans go on. */
  reconfigure(options: LimitOptions): void {
    this.#current.options = options
  }

  /** What is to survive is written then. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.bans[Symbol.dispose]()
    await this.#store[Symbol.asyncDispose]()
  }
}
