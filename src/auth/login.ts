import { Fault } from '../core/fault.js'
import type { Identity } from '../core/identity.js'
import type {
  Authenticator,
  AwaitedCode,
  Credentials,
  LoggedIn,
  LoginLimits,
  UsedCodes,
} from '../core/login-ports.js'
import type { Reason } from '../core/reason.js'
import { SecondFactor } from './second-factor.js'
import { type Standing, standing } from './standing.js'
import { splitCode } from './totp.js'
import type { User } from './user.js'
import type { UserTable } from './users.js'
import type { Verifier } from './verifier.js'

const MAX_CREDENTIAL_BYTES = 1024

/** Who tries, from where, with what in hand. */
type Claimant = Pick<Credentials, 'user' | 'address' | 'certificate'>

/** What the password, and a code appended to it, led to: nothing, everything that is asked, or all but the code. */
type Verdict = { readonly refused: Reason } | { readonly proven: User; readonly codeAwaited: boolean }

/**
 * The way of a login: form, limits, user, certificate, password, one-time code, limits again. Whatever refuses it, the
 * client gets the same fault after the same work, one verification; only the reason in the audit log differs.
 */
export class Login implements Authenticator {
  readonly #limits: LoginLimits
  readonly #verifier: Verifier
  readonly #now: () => Date
  readonly #codes: SecondFactor
  #users: UserTable
  /** Whom each session logged in as, to be compared with what became of the user. */
  readonly #issued = new WeakMap<Identity, User>()

  constructor(
    users: UserTable,
    tools: {
      readonly limits: LoginLimits
      readonly codes: UsedCodes
      readonly verifier: Verifier
      /** Decides who is expired or outside the hours, and which codes are right; the system's clock when left out. */
      readonly now?: () => Date
    },
  ) {
    this.#users = users
    this.#limits = tools.limits
    this.#verifier = tools.verifier
    this.#now = tools.now ?? (() => new Date())
    this.#codes = new SecondFactor(tools.codes, this.#now)
  }

  async login(credentials: Credentials, signal: AbortSignal): Promise<LoggedIn | AwaitedCode> {
    const { user, password, address, certificate } = credentials
    using _turn = await this.#limits.turn(address, signal)
    if (!isWellFormed(user) || !(isWellFormed(password) || this.#needsNoPassword(credentials)))
      return await this.#fail(credentials, 'malformed_credentials')
    await this.#limits.check(user, address)
    const verdict = await this.#examine(credentials, signal)
    if ('refused' in verdict) return await this.#fail(credentials, verdict.refused)
    const { proven, codeAwaited } = verdict
    if (codeAwaited) return this.#await({ user, address, certificate }, proven)
    // Awaited here, so that the turn lasts until the attempt is counted.
    return await this.#admit(credentials, proven)
  }

  /** Replaces all users at once; remembered passwords are forgotten. */
  replaceUsers(users: UserTable): void {
    this.#users = users
    this.#verifier.forget()
  }

  /** Whether a session that was given this identity may go on, from its address and with its certificate. */
  standing(identity: Identity, occupant: Omit<Claimant, 'user'>): Standing {
    const now = this.#users.get(identity.name)
    const before = this.#issued.get(identity)
    return before === undefined
      ? { stays: false, reason: 'user_removed', how: 'end' }
      : standing(before, now, occupant, this.#now())
  }

  /** Only who holds the certificate learns that the password does not matter: to others its form does. */
  #needsNoPassword({ user, certificate }: Credentials): boolean {
    const found = this.#users.get(user)
    return (
      found !== undefined &&
      found.passwordHash === undefined &&
      found.certificateRefusal(certificate) === undefined
    )
  }

  /** One verification, whatever the answer; none where a good certificate is all there is to prove. */
  async #examine(credentials: Credentials, signal: AbortSignal): Promise<Verdict> {
    const { user, password, address } = credentials
    const users = this.#users
    const found = users.get(user)
    const refusal = found === undefined ? 'unknown_user' : found.refusal(credentials, this.#now())
    if (found === undefined || refusal !== undefined) {
      await this.#verifier.waste({ hash: users.dummyHash, password }, signal)
      return { refused: refusal ?? 'unknown_user' }
    }
    const hash = found.passwordHash
    if (hash === undefined) return { proven: found, codeAwaited: false }
    // The end of a password is always taken for the code: trying both ways would cost two verifications.
    const appended = found.totp && splitCode(password)
    const right = found.totp
      ? await this.#verifier.compare({ hash, password: appended?.password ?? password }, signal)
      : await this.#verifier.verify({ user, hash, password }, signal)
    // A password that was replaced meanwhile is right no longer.
    if (!right || this.#users.get(user)?.passwordHash !== hash) return { refused: 'wrong_password' }
    if (!found.totp) return { proven: found, codeAwaited: false }
    if (!appended) return { proven: found, codeAwaited: true }
    const refused = await this.#codes.refusal(found, appended.code, address)
    return refused === undefined ? { proven: found, codeAwaited: false } : { refused }
  }

  #await(claimant: Claimant, proven: User): AwaitedCode {
    let open = true
    return {
      finish: async code => {
        if (!open) throw new Fault('bad_sequence')
        open = false
        await this.#limits.check(claimant.user, claimant.address)
        const refusal = await this.#codes.refusal(proven, code, claimant.address)
        if (refusal !== undefined) return this.#fail(claimant, refusal)
        return this.#admit(claimant, proven)
      },
      abandon: async () => {
        if (!open) return false
        open = false
        await this.#limits.failed(claimant.user, claimant.address)
        return true
      },
    }
  }

  async #admit(claimant: Claimant, proven: User): Promise<LoggedIn> {
    const { user, address } = claimant
    // Guesses that were on their way when the limit was reached must not count, not even right ones.
    await this.#limits.check(user, address)
    await this.#limits.succeeded(user, address)
    // No wait from here on. The users may have been replaced since the password was compared.
    const found = this.#users.get(user)
    if (found === undefined) throw refused('unknown_user')
    const refusal = found.refusal(claimant, this.#now()) ?? found.changedSince(proven)
    if (refusal !== undefined) throw refused(refusal)
    this.#issued.set(found.identity, found)
    return { identity: found.identity, factor: found.factor }
  }

  async #fail({ user, address }: Claimant, reason: Reason): Promise<never> {
    await this.#limits.failed(user, address)
    throw refused(reason)
  }
}

const refused = (reason: Reason): Fault => new Fault('login_refused', { reason })

const isWellFormed = (text: string): boolean =>
  text !== '' &&
  text.isWellFormed() &&
  !/\p{Cc}/u.test(text) &&
  Buffer.byteLength(text) <= MAX_CREDENTIAL_BYTES
