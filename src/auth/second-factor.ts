import type { Reason } from '../core/reason.js'
import { UsedCodes } from './used-codes.js'
import type { User } from './user.js'

/** Decides about one-time codes. Goes on when the users are replaced, so that a used code stays used. */
export class SecondFactor {
  readonly #used = new UsedCodes()
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
  }

  /**
   * Why a code is refused; undefined when it is right, and from then on used. Only to be asked about somebody whose
   * password was right: else a stranger could use codes up.
   */
  refusal({ identity, totp }: User, code: string, address: string): Reason | undefined {
    if (code === '') return 'code_missing'
    const now = this.#now()
    const step = totp?.stepOf(code, now)
    if (totp === undefined || step === undefined) return 'wrong_code'
    return this.#used.use(identity.name, totp, step, address, now) ? undefined : 'replayed_code'
  }
}
