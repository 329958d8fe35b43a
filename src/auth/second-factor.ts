import { createHmac } from 'node:crypto'
import type { UsedCodes } from '../core/login-ports.js'
import type { Reason } from '../core/reason.js'
import { endOfStep } from './totp.js'
import type { User } from './user.js'

/** Of a digest, what a number holds exactly. */
const HOLDER_BYTES = 6

/**
 * Decides about one-time codes. RFC 6238 §5.2 has a code accepted once; here the address that used it may use it again,
 * since FTP clients log in anew for every transfer that runs beside another.
 */
export class SecondFactor {
  readonly #used: UsedCodes
  readonly #now: () => Date

  constructor(used: UsedCodes, now: () => Date) {
    this.#used = used
    this.#now = now
  }

  /**
   * Why a code is refused; undefined when it is right, and from then on used. Only to be asked about somebody whose
   * password was right: else a stranger could use codes up.
   *
   * @throws Fault as {@link UsedCodes}
   */
  async refusal({ identity, totp }: User, code: string, address: string): Promise<Reason | undefined> {
    if (code === '') return 'code_missing'
    const now = this.#now()
    const step = totp?.stepOf(code, now)
    if (totp === undefined || step === undefined) return 'wrong_code'
    // The secret belongs to it: after a reload with a new one, nothing of that has been used. And nobody else can look
    // for an address whose number is another's.
    const digest = (...what: readonly unknown[]) =>
      createHmac('sha256', totp.text).update(JSON.stringify(what)).digest()
    const key = digest(identity.name, step).toString('base64url')
    const holder = digest(identity.name, step, address).readUIntBE(0, HOLDER_BYTES)
    const isHolders = await this.#used.use(key, holder, endOfStep(step) - now.getTime())
    return isHolders ? undefined : 'replayed_code'
  }
}
