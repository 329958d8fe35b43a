import type { Log } from '../core/ports.js'

const HOUR = 3_600_000

interface Sweepable {
  /** @returns how many files were removed */
  sweepPartials(home: string, signal: AbortSignal): Promise<number>
}

interface SweeperOptions {
  /** Asked before each round, so that a reload reaches the next one. */
  readonly homes: () => Iterable<string>
  readonly storage: () => Sweepable
  readonly log: Log
}

/** Removes what nobody may resume any more from the homes of the users: when told to, and then every hour. */
export class Sweeper implements AsyncDisposable {
  readonly #options: SweeperOptions
  readonly #end = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> | undefined

  constructor(options: SweeperOptions) {
    this.#options = options
  }

  /** One round now; resolves when it is done. The next ones follow by themselves. */
  async start(): Promise<void> {
    await this.#sweep()
    if (this.#end.signal.aborted) return
    this.#timer = setInterval(() => void this.#sweep(), HOUR)
    this.#timer.unref()
  }

  /** Ends a round that is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort()
    clearInterval(this.#timer)
    await this.#round
  }

  /** A round that takes more than an hour goes on, and none is begun beside it. */
  #sweep(): Promise<void> {
    this.#round ??= this.#sweepHomes().finally(() => {
      this.#round = undefined
    })
    return this.#round
  }

  async #sweepHomes(): Promise<void> {
    const { homes, storage, log } = this.#options
    for (const home of new Set(homes())) {
      if (this.#end.signal.aborted) return
      try {
        const removed = await storage().sweepPartials(home, this.#end.signal)
        if (removed > 0) log.info({ home, removed }, 'removed what was left of unfinished uploads')
      } catch (error) {
        // A home that is missing is `check`'s to tell.
        log.warn({ err: error, home }, 'the home of a user cannot be opened')
      }
    }
  }
}
