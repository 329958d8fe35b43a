import { Fault } from '../core/fault.js'
import type { Identity } from '../core/identity.js'
import type { SessionCounter } from '../core/ports.js'

/** How many sessions each user has now. */
export class UserSessions implements SessionCounter {
  readonly #live = new Map<string, number>()

  /** Counts one session more until the result is disposed; disposing it again does nothing. */
  enter({ name, maxSessions }: Identity): Disposable {
    const live = this.#live.get(name) ?? 0
    if (maxSessions !== undefined && live >= maxSessions) {
      throw new Fault('login_refused', { reason: 'too_many_sessions' })
    }
    this.#live.set(name, live + 1)
    let held = true
    return {
      [Symbol.dispose]: () => {
        if (!held) return
        held = false
        const left = (this.#live.get(name) ?? 1) - 1
        if (left > 0) this.#live.set(name, left)
        else this.#live.delete(name)
      },
    }
  }
}
