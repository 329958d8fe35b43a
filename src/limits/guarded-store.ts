import { limitsRecovered, limitsUnavailable } from '../core/audit-event.js'
import type { Audit, Log } from '../core/ports.js'
import { MemoryStore } from './memory-store.js'
import type { RedisStore } from './redis-store.js'
import type { Counters, Marks, Store } from './store.js'

interface Services {
  readonly audit: Pick<Audit, 'record'>
  readonly log: Pick<Log, 'error' | 'info'>
  /** What an outage does. `closed`: it is an error. `open`: this process counts by itself meanwhile. */
  readonly onFailure: () => 'closed' | 'open'
}

/** A shared store with its outages: each is told of once, and so is its end. */
export class GuardedStore implements Store {
  readonly #services: Services
  readonly #own = new MemoryStore()
  #shared: RedisStore | undefined
  #lostAt: number | undefined
  /** Grows with each outage, so that an answer to an older question does not end it. */
  #outages = 0

  private constructor(services: Services) {
    this.#services = services
  }

  static async open(url: string, services: Services): Promise<GuardedStore> {
    const store = new GuardedStore(services)
    // Its library is large; a server that counts in memory does without.
    const { RedisStore } = await import('./redis-store.js')
    store.#shared = await RedisStore.open(url, {
      lost: error => store.#lost(error),
      ready: () => store.#found(),
    })
    return store
  }

  counters(name: string): Counters {
    const shared = this.#shared?.counters(name)
    const own = this.#own.counters(name)
    const ask = <T>(question: (counters: Counters) => Promise<T>) => this.#ask(question, shared, own)
    return {
      add: (key, window) => ask(counters => counters.add(key, window)),
      clear: key => ask(counters => counters.clear(key)),
      clearFrom: prefix => ask(counters => counters.clearFrom(prefix)),
    }
  }

  marks(name: string): Marks {
    const shared = this.#shared?.marks(name)
    const own = this.#own.marks(name)
    const ask = <T>(question: (marks: Marks) => Promise<T>) => this.#ask(question, shared, own)
    return {
      get: key => ask(marks => marks.get(key)),
      set: (key, value, duration) => ask(marks => marks.set(key, value, duration)),
      claim: (key, value, duration) => ask(marks => marks.claim(key, value, duration)),
      delete: key => ask(marks => marks.delete(key)),
      deleteFrom: prefix => ask(marks => marks.deleteFrom(prefix)),
      list: () => ask(marks => marks.list()),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shared?.[Symbol.asyncDispose]()
  }

  async #ask<T, P>(question: (part: P) => Promise<T>, shared: P | undefined, own: P): Promise<T> {
    const outages = this.#outages
    try {
      if (shared === undefined) throw new Error('the store is not open')
      const answer = await question(shared)
      if (outages === this.#outages) this.#found()
      return answer
    } catch (error) {
      this.#lost(error as Error)
      if (this.#services.onFailure() === 'closed') throw error
      return await question(own)
    }
  }

  #lost(error: Error): void {
    if (this.#lostAt !== undefined) return
    this.#lostAt = performance.now()
    this.#outages += 1
    const onFailure = this.#services.onFailure()
    this.#services.log.error({ err: error, onFailure }, 'the store of the limits (auth.store) is away')
    this.#note(() => this.#services.audit.record(limitsUnavailable(onFailure)))
  }

  #found(): void {
    if (this.#lostAt === undefined) return
    const seconds = Math.round((performance.now() - this.#lostAt) / 1000)
    this.#lostAt = undefined
    this.#services.log.info({ seconds }, 'the store of the limits (auth.store) is back')
    this.#note(() => this.#services.audit.record(limitsRecovered(seconds)))
  }

  #note(record: () => void): void {
    try {
      record()
    } catch {
      // Nobody waits for this answer, and the audit log has told of its outage itself.
    }
  }
}
