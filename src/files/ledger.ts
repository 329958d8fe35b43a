import type { Stats } from './entry.js'

/** So much of what a quota counts. */
export interface Amount {
  readonly bytes: number
  readonly files: number
}

export const NOTHING: Amount = { bytes: 0, files: 0 }

/** What a thing counts for: a file its bytes, everything else nothing. */
export const amountOf = (stats: Stats | undefined): Amount =>
  stats?.isFile() ? { bytes: Number(stats.size), files: 1 } : NOTHING

export const plus = (a: Amount, b: Amount): Amount => ({ bytes: a.bytes + b.bytes, files: a.files + b.files })
export const minus = (a: Amount, b: Amount): Amount => ({
  bytes: a.bytes - b.bytes,
  files: a.files - b.files,
})
export const least = (a: Amount, b: Amount): Amount => ({
  bytes: Math.min(a.bytes, b.bytes),
  files: Math.min(a.files, b.files),
})

/** A count older than this is taken anew at a login. Milliseconds. */
const STALE = 600_000

/**
 * What is in one folder of the host with all beneath it, partials included: counted once and kept right from then on
 * by whoever changes something through this server. The count is made anew now and then, because others, such as the
 * operator's importers, take files away without a word. It is exact because no change is made during a count, and no
 * count begins during a change.
 */
export class Ledger {
  readonly #count: () => Promise<Amount>
  #used = NOTHING
  /** Of it, what uploads under way will have replaced once they are committed, as far as they have come. */
  #credit = NOTHING
  #countedAt: number | undefined
  #counting: Promise<void> | undefined
  #steps = 0
  #uploads = 0
  #idle: (() => void) | undefined

  /** @param count walks the folder */
  constructor(count: () => Promise<Amount>) {
    this.#count = count
  }

  /** What limits are compared with: of an upload and the file that it replaces, the larger. */
  get charged(): Amount {
    return minus(this.#used, this.#credit)
  }

  /** Resolves when there is a count. Throws what the walk threw. */
  async counted(): Promise<void> {
    if (this.#counting || this.#countedAt === undefined) await this.#recount()
  }

  /** Counts anew unless that was done of late or uploads are under way; nobody waits but the next change. */
  refresh(now = performance.now()): void {
    if (this.#uploads > 0 || (this.#countedAt !== undefined && now - this.#countedAt < STALE)) return
    this.#recount().catch(() => {}) // whoever needs the count tries again, and is told
  }

  /** Runs a change of what is counted; it must be short, and must not run another one inside. */
  async step<T>(work: () => Promise<T>): Promise<T> {
    while (this.#counting) await this.#counting.catch(() => {})
    this.#steps++
    try {
      return await work()
    } finally {
      if (--this.#steps === 0) this.#idle?.()
    }
  }

  add(amount: Amount): void {
    this.#used = plus(this.#used, amount)
  }

  release(amount: Amount): void {
    this.#used = minus(this.#used, amount)
  }

  /** Changes what uploads under way will have replaced. */
  moveCredit(from: Amount, to: Amount): void {
    this.#credit = plus(this.#credit, minus(to, from))
  }

  /** Until disposed an upload is under way. */
  enter(): Disposable {
    this.#uploads++
    return { [Symbol.dispose]: () => this.#uploads-- }
  }

  #recount(): Promise<void> {
    this.#counting ??= this.#countAlone().finally(() => {
      this.#counting = undefined
    })
    return this.#counting
  }

  async #countAlone(): Promise<void> {
    if (this.#steps > 0)
      await new Promise<void>(resolve => {
        this.#idle = resolve
      })
    this.#used = await this.#count()
    this.#countedAt = performance.now()
  }
}

/** The ledgers of one server, by the folder's identity: users and mounts that share a folder share its ledger. */
export class Ledgers {
  readonly #ledgers = new Map<string, Ledger>()

  of(folder: string, count: () => Promise<Amount>): Ledger {
    const ledger = this.#ledgers.get(folder) ?? new Ledger(count)
    this.#ledgers.set(folder, ledger)
    return ledger
  }
}
