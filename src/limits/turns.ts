import { Fault } from '../core/fault.js'
import { Slots } from '../core/slots.js'

/** Logins of one address that are looked at at a time. A burst is refused by what the first of it brought about. */
const CONCURRENCY = 2
/** More than an address has sessions, unless the configuration allows thousands. */
const QUEUE = 1000

/**
 * Lets only so many of one address on at a time, so that however many it asks for at once, no more than that get by
 * before the limits know what came of the earlier ones; and so that one address does not fill a queue that all share.
 */
export class Turns {
  readonly #slots = new Map<string, { readonly slots: Slots; users: number }>()

  /** Holds a place until it is disposed. @throws Fault `login_refused` when too many wait; `aborted` */
  async take(key: string, signal: AbortSignal): Promise<Disposable> {
    const entry = this.#slots.get(key) ?? { slots: new Slots(CONCURRENCY, QUEUE, queueFull), users: 0 }
    this.#slots.set(key, entry)
    entry.users += 1
    const leave = () => {
      entry.users -= 1
      if (entry.users === 0) this.#slots.delete(key)
    }
    try {
      const slot = await entry.slots.take(signal)
      return {
        [Symbol.dispose]: () => {
          slot[Symbol.dispose]()
          leave()
        },
      }
    } catch (error) {
      leave()
      throw error
    }
  }
}

const queueFull = (): Fault => new Fault('login_refused', { reason: 'verification_queue_full' })
