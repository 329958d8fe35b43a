import type { Audit } from '../core/ports.js'
import { Bans } from './bans.js'
import { ConnectionLimiter } from './connections.js'
import { LoginLimiter } from './logins.js'
import type { LimitOptions } from './options.js'

/** All limits of one server, in this process's memory. */
export class Limits implements Disposable {
  readonly connections: ConnectionLimiter
  readonly logins: LoginLimiter
  readonly bans: Bans
  #options: LimitOptions

  constructor(options: LimitOptions, audit: Pick<Audit, 'record'>) {
    this.#options = options
    this.bans = new Bans(audit)
    this.connections = new ConnectionLimiter(() => this.#options, this.bans)
    this.logins = new LoginLimiter(() => this.#options, this.bans)
  }

  /** Takes effect with the next connection and the next login; counts, leases and bans go on. */
  reconfigure(options: LimitOptions): void {
    this.#options = options
  }

  [Symbol.dispose](): void {
    this.bans[Symbol.dispose]()
  }
}
