import { type Clock, SYSTEM_CLOCK, type Timer } from './clock.js'
import type { Allowance } from './data-connection.js'
import { TokenBucket } from './token-bucket.js'

export type Direction = 'upload' | 'download'

/** Bytes per second; undefined for no limit. */
export type Rates = Readonly<Record<Direction, number | undefined>>

/** One transfer's part in its user's bandwidth. Disposing it gives back what was not used. */
export class Share implements Allowance, Disposable {
  readonly #bucket: TokenBucket
  readonly #release: () => void
  #left = 0

  constructor(bucket: TokenBucket, release: () => void) {
    this.#bucket = bucket
    this.#release = release
  }

  get left(): number {
    return this.#bucket.limited ? this.#left : Number.POSITIVE_INFINITY
  }

  spend(bytes: number): void {
    if (this.#bucket.limited) this.#left -= bytes
  }

  async more(signal: AbortSignal): Promise<void> {
    const bytes = this.#bucket.quantum - Math.min(0, this.#left)
    await this.#bucket.take(bytes, signal)
    this.#left += bytes
  }

  [Symbol.dispose](): void {
    if (this.#left !== 0) this.#bucket.giveBack(this.#left)
    this.#left = 0
    this.#release()
  }
}

interface Entry {
  readonly bucket: TokenBucket
  shares: number
  expiry: Timer | undefined
}

/** The bandwidth of all users, each limited over all connections together. */
export class Bandwidth {
  readonly #clock: Clock
  readonly #entries = new Map<string, Entry>()
  #rates: ReadonlyMap<string, Rates>

  /** @param rates of the users who have limits, by name */
  constructor(rates: ReadonlyMap<string, Rates>, clock: Clock = SYSTEM_CLOCK) {
    this.#rates = rates
    this.#clock = clock
  }

  /** Buckets that are kept: those in use, and those that are not yet full again. */
  get size(): number {
    return this.#entries.size
  }

  /** New rates hold at once, for running transfers too. */
  replaceRates(rates: ReadonlyMap<string, Rates>): void {
    this.#rates = rates
    for (const [key, { bucket }] of this.#entries) bucket.setRate(this.#rateOf(key))
  }

  share(user: string, direction: Direction): Share {
    const key = `${direction}/${user}`
    const entry = this.#entries.get(key) ?? this.#create(key)
    entry.expiry?.cancel()
    entry.expiry = undefined
    entry.shares++
    return new Share(entry.bucket, () => {
      if (--entry.shares === 0) this.#expire(key, entry)
    })
  }

  #create(key: string): Entry {
    const entry: Entry = {
      bucket: new TokenBucket(this.#clock, this.#rateOf(key)),
      shares: 0,
      expiry: undefined,
    }
    this.#entries.set(key, entry)
    return entry
  }

  /** Not before it is full: a client that opens one connection after the other has the same limit. */
  #expire(key: string, entry: Entry): void {
    const rest = entry.bucket.untilFull
    if (rest === 0) this.#entries.delete(key)
    else entry.expiry = this.#clock.after(rest, () => this.#expire(key, entry))
  }

  #rateOf(key: string): number {
    const at = key.indexOf('/')
    return this.#rates.get(key.slice(at + 1))?.[key.slice(0, at) as Direction] ?? Number.POSITIVE_INFINITY
  }
}
