import type { LoginFactor } from './audit-event.js'
import type { ClientCertificate } from './client-certificate.js'
import type { Identity } from './identity.js'
import type { Reason } from './reason.js'

// What the inner layers need to know who may connect and log in. Implemented by `auth` and `limits`.

export interface Credentials {
  readonly user: string
  readonly password: string
  readonly address: string
  /** Of the control connection. */
  readonly certificate?: ClientCertificate | undefined
}

export interface LoggedIn {
  readonly identity: Identity
  readonly factor: LoginFactor
}

/** The password was right, and a one-time code is still to come. */
export interface AwaitedCode {
  /** The one try there is. @throws Fault as `login` */
  finish(code: string): Promise<LoggedIn>
  /** The code will not come: a failed login, unless `finish` was tried. True when it was one. @throws Fault of the limits */
  abandon(): Promise<boolean>
}

export interface Authenticator {
  /** @throws Fault `login_refused`; its reason is for the audit log, never for the client */
  login(credentials: Credentials, signal: AbortSignal): Promise<LoggedIn | AwaitedCode>
}

/** A place among the allowed connections; given back when the connection is over. */
export interface ConnectionLease extends Disposable {}

/** The session that takes a place, as whoever may have to end it sees it. */
export interface Occupant {
  readonly address: string
  /** Of the control connection. */
  readonly certificate?: ClientCertificate | undefined
  /** Ends it now; a running transfer is aborted. */
  end(reason: Reason): void
  /** Ends it after the command that runs now; at once when none does. */
  drain(reason: Reason): void
}

/** Counts the live sessions of each user, and ends those that may not go on. */
export interface SessionCounter {
  /** @throws Fault `login_refused`, with the reason `too_many_sessions` for instance */
  enter(identity: Identity, occupant: Occupant): Disposable
}

export interface ConnectionLimits {
  /** @throws Fault `denied` with the reason: banned, too many at once, too many in a short time */
  admit(address: string): Promise<ConnectionLease>
}

export interface LoginLimits {
  /**
   * Waits until few enough other logins of this address are under way, and holds that place until it is disposed.
   * @throws Fault `login_refused` when too many wait, `aborted`
   */
  turn(address: string, signal: AbortSignal): Promise<Disposable>
  /** Asked before a password is looked at. @throws Fault `login_refused` */
  check(user: string, address: string): Promise<void>
  failed(user: string, address: string): Promise<void>
  succeeded(user: string, address: string): Promise<void>
}

/** Which one-time codes were used, and by whom. */
export interface UsedCodes {
  /**
   * Uses a code: true for who is its first, and for the same one again within `duration` milliseconds.
   * @param code stands for the code of one user; @param holder for who uses it, below 2^53
   * @throws Fault `login_refused` when nobody can tell
   */
  use(code: string, holder: number, duration: number): Promise<boolean>
}
