import type { ClientCertificate } from '../core/client-certificate.js'
import { Fault } from '../core/fault.js'
import type { Identity } from '../core/identity.js'
import type { Authenticator, Credentials, LoginLimits } from '../core/ports.js'
import type { Reason } from '../core/reason.js'
import type { UserRecord } from './user.js'
import { UserTable } from './users.js'
import type { Verifier } from './verifier.js'

const MAX_CREDENTIAL_BYTES = 1024

/**
 * The way of a login: form, limits, user, password, limits again. Whatever refuses it, the client gets the same
 * fault after the same work; only the reason in the audit log differs.
 */
export class Login implements Authenticator {
  readonly #limits: LoginLimits
  readonly #verifier: Verifier
  readonly #now: () => Date
  #users: UserTable

  /** @throws Error as {@link UserTable} */
  constructor(
    users: Iterable<UserRecord>,
    tools: {
      readonly limits: LoginLimits
      readonly verifier: Verifier
      /** Decides who is expired; the system's clock when left out. */
      readonly now?: () => Date
    },
  ) {
    this.#users = new UserTable(users)
    this.#limits = tools.limits
    this.#verifier = tools.verifier
    this.#now = tools.now ?? (() => new Date())
  }

  async login(credentials: Credentials, signal: AbortSignal): Promise<Identity> {
    const { user, password, address } = credentials
    if (!isWellFormed(user) || !(isWellFormed(password) || this.#needsNoPassword(credentials)))
      return this.#fail(credentials, 'malformed_credentials')
    await this.#limits.check(user, address)
    const refusal = await this.#examine(credentials, signal)
    if (refusal !== undefined) return this.#fail(credentials, refusal)
    // Guesses that were on their way when the limit was reached must not count, not even right ones.
    await this.#limits.check(user, address)
    await this.#limits.succeeded(user, address)
    // No wait from here on. The users may have been replaced since the password was compared.
    const found = this.#users.get(user)
    const stillRefused = found === undefined ? 'unknown_user' : found.refusal(credentials, this.#now())
    if (found === undefined || stillRefused !== undefined) throw refused(stillRefused ?? 'unknown_user')
    return found.identity
  }

  /**
   * Replaces all users at once; remembered passwords are forgotten.
   *
   * @throws Error as {@link UserTable}; the users are then the old ones
   */
  replaceUsers(users: Iterable<UserRecord>): void {
    this.#users = new UserTable(users)
    this.#verifier.forget()
  }

  /** Whether the sessions of this user may go on: it is there, not disabled, not expired. */
  isStillAllowed(name: string): boolean {
    const user = this.#users.get(name)
    return user !== undefined && user.barred(this.#now()) === undefined
  }

  /** Why a session of this user that showed this certificate, or none, may not go on; undefined when it may. */
  certificateRefusal(name: string, certificate: ClientCertificate | undefined): Reason | undefined {
    return this.#users.get(name)?.certificateRefusal(certificate)
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

  /** Why this login is refused; undefined when it is not. One verification, whatever the answer. */
  async #examine(credentials: Credentials, signal: AbortSignal): Promise<Reason | undefined> {
    const { user, password } = credentials
    const users = this.#users
    const found = users.get(user)
    const refusal = found === undefined ? 'unknown_user' : found.refusal(credentials, this.#now())
    if (found === undefined || refusal !== undefined) {
      await this.#verifier.waste({ hash: users.dummyHash, password }, signal)
      return refusal
    }
    // The certificate was all there is to prove.
    if (found.passwordHash === undefined) return undefined
    const right = await this.#verifier.verify({ user, hash: found.passwordHash, password }, signal)
    // A password that was replaced meanwhile is right no longer.
    const isCurrent = this.#users.get(user)?.passwordHash === found.passwordHash
    return right && isCurrent ? undefined : 'wrong_password'
  }

  async #fail({ user, address }: Credentials, reason: Reason): Promise<never> {
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
