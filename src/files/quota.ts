import { Fault } from '../core/fault.js'
import type { Quota } from '../core/identity.js'
import type { QuotaState } from '../core/ports.js'
import type { Stats } from './entry.js'
import { type Amount, amountOf, type Ledger, least, minus, NOTHING, plus } from './ledger.js'

/** One user's view of a ledger: the same count for all who share the folder, and a limit of one's own. */
export class Account {
  readonly ledger: Ledger
  readonly #quota: Quota | undefined

  /** @param quota undefined for one who is counted but not limited */
  constructor(ledger: Ledger, quota: Quota | undefined) {
    this.ledger = ledger
    this.#quota = quota
  }

  /** Undefined without a quota. Throws what the count of the folder threw. */
  async state(): Promise<QuotaState | undefined> {
    const quota = this.#quota
    if (!quota) return undefined
    await this.ledger.counted()
    return { used: this.ledger.charged, limit: quota }
  }

  /** @throws Fault `quota_exceeded` when so much more than there is would be too much */
  async check(more: Amount): Promise<void> {
    await this.state()
    this.requireFor(more)
  }

  /** For who knows that there is a count. @throws Fault `quota_exceeded` */
  requireFor(more: Amount): void {
    if (!this.fits(more)) throw new Fault('quota_exceeded')
  }

  /** Whether so much more may be there; who takes no more always may, even where the limit was lowered since. */
  fits(more: Amount): boolean {
    const { bytes, files } = plus(this.ledger.charged, more)
    const { bytes: mostBytes, files: mostFiles } = this.#quota ?? {}
    return !(
      (more.bytes > 0 && mostBytes !== undefined && bytes > mostBytes) ||
      (more.files > 0 && mostFiles !== undefined && files > mostFiles)
    )
  }
}

/**
 * What one upload has of a quota. Until it is committed, its file and the one it replaces are charged as the larger of
 * the two: neither the commit nor its failure can then lead over the limit, and an overwrite needs no room for both.
 */
export class Hold {
  readonly #account: Account
  readonly #upload: Disposable
  #replaces: Amount
  /** What it has written, or taken over from an earlier try. */
  #own = NOTHING
  #over = false

  constructor(account: Account, replaces: Stats | undefined) {
    this.#account = account
    this.#replaces = amountOf(replaces)
    this.#upload = account.ledger.enter()
  }

  /** Before so much is written. @throws Fault `quota_exceeded`, and nothing is taken */
  take(more: Amount): void {
    const credit = minus(least(this.#replaces, plus(this.#own, more)), this.#credit)
    this.#account.requireFor(minus(more, credit))
    this.#set(plus(this.#own, more))
    this.#account.ledger.add(more)
  }

  /** An earlier try, which is counted already, is gone on with at fewer bytes. */
  adopt(earlier: Amount, bytes: number): void {
    this.#set({ bytes, files: earlier.files })
    this.#account.ledger.release({ bytes: earlier.bytes - bytes, files: 0 })
  }

  /** What is in the way of the commit now; it may have been moved away. @throws Fault `quota_exceeded` */
  expect(replaced: Stats | undefined): void {
    const before = this.#credit
    const after = least(amountOf(replaced), this.#own)
    this.#account.requireFor(minus(before, after))
    this.#replaces = amountOf(replaced)
    this.#account.ledger.moveCredit(before, after)
  }

  /** The file is in place of the one that was expected. */
  committed(): void {
    this.#account.ledger.release(this.#replaces)
    this.#end()
  }

  /** Whether there is room for both, the unfinished file and the one it was to replace. */
  get mayStay(): boolean {
    return this.#over || this.#account.fits(this.#credit)
  }

  /** Without a commit. `removed`: what was written is there no more. */
  end(removed: boolean): void {
    if (this.#over) return
    if (removed) this.#account.ledger.release(this.#own)
    this.#end()
  }

  get #credit(): Amount {
    return least(this.#replaces, this.#own)
  }

  #set(own: Amount): void {
    const before = this.#credit
    this.#own = own
    this.#account.ledger.moveCredit(before, this.#credit)
  }

  #end(): void {
    this.#account.ledger.moveCredit(this.#credit, NOTHING)
    this.#upload[Symbol.dispose]()
    this.#over = true
  }
}
