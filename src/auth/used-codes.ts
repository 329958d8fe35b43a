import { endOfStep, type TotpSecret } from './totp.js'

interface Use {
  readonly address: string
  /** When the code is wrong anyway, in milliseconds since 1970. */
  readonly until: number
}

/**
 * Who used which code, for as long as it would be right. RFC 6238 §5.2 has a code accepted once; here the address that
 * used it may use it again, since FTP clients log in anew for every transfer that runs beside another.
 *
 * Bounded by three codes for each user: only right ones, given with the right password, get in.
 */
export class UsedCodes {
  readonly #uses = new Map<string, Use>()

  /** Uses the code of a step, unless another address has: false then. */
  use(user: string, secret: TotpSecret, step: number, address: string, now: Date): boolean {
    this.#forgetOld(now.getTime())
    // The secret belongs to it: after a reload with a new one, nothing of that has been used.
    const key = JSON.stringify([user, secret.text, step])
    const earlier = this.#uses.get(key)
    if (earlier === undefined) this.#uses.set(key, { address, until: endOfStep(step) })
    return earlier === undefined || earlier.address === address
  }

  /** How many are remembered. */
  get size(): number {
    return this.#uses.size
  }

  #forgetOld(now: number): void {
    for (const [key, { until }] of this.#uses) if (until <= now) this.#uses.delete(key)
  }
}
