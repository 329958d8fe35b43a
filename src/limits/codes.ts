import type { UsedCodes } from '../core/login-ports.js'
import type { Marks, Store } from './store.js'
import { closedOnFailure } from './store-fault.js'

/** The one-time codes that were used, wherever counters and bans are: after a restart and at the other servers too. */
export class CodeMarks implements UsedCodes {
  /** By code; the value is the holder. */
  readonly #marks: Marks

  constructor(store: Store) {
    this.#marks = store.marks('code')
  }

  use(code: string, holder: number, duration: number): Promise<boolean> {
    return closedOnFailure('login_refused', async () => {
      if (await this.#marks.claim(code, holder, duration)) return true
      return (await this.#marks.get(code))?.value === holder
    })
  }
}
