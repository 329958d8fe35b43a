import { AddressFailures } from './address-failures.js'
import { addressKey } from './address-key.js'
import type { Bans } from './bans.js'
import type { LimitOptions } from './options.js'
import type { Store } from './store.js'

/** Counts TLS handshakes that fail, and bans an address that has too many. */
export class HandshakeLimiter {
  readonly #failures: AddressFailures

  constructor(options: () => LimitOptions, bans: Bans, store: Store) {
    this.#failures = new AddressFailures('handshake', () => options().handshakeFailures, bans, store)
  }

  /** @throws Fault `login_refused` for a store that fails; `audit_unavailable` when a ban began and cannot be recorded */
  failed(address: string): Promise<void> {
    return this.#failures.add(addressKey(address))
  }
}
