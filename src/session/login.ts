import type { LoginFlow } from '../commands/context.js'
import { type AuditEvent, type LoginFactor, loginSucceeded, type Subject } from '../core/audit-event.js'
import type { ClientCertificate } from '../core/client-certificate.js'
import { Fault, toFault } from '../core/fault.js'
import type { Identity } from '../core/identity.js'
import type { Authenticator, SessionCounter, Storage } from '../core/ports.js'
import { GREETED, type Ready, ready, type State } from './state.js'

/** A refused login, with the name that was tried: for the audit log, never for the client. */
export class LoginRefused extends Fault {
  readonly user: string
  readonly certificate: ClientCertificate | undefined

  constructor(user: string, fault: Fault, certificate: ClientCertificate | undefined) {
    super('login_refused', { reason: fault.reason, cause: fault.cause })
    this.user = user
    this.certificate = certificate
  }
}

export interface LoginServices {
  readonly authenticator: Authenticator
  readonly sessions: SessionCounter
  readonly storage: Storage
}

/** What the login may see and change of its session. */
export interface LoginSite {
  readonly subject: Subject
  readonly signal: AbortSignal
  /** Of the control connection. */
  readonly certificate: ClientCertificate | undefined
  state(): State
  /** @throws Fault `audit_unavailable` */
  record(event: AuditEvent): void
  /** Releases what the state before held. */
  moveTo(state: State): Promise<void>
}

/** USER and PASS as moves between states: greeted → named → ready, and back to greeted when refused. */
export function loginFlow(services: LoginServices, site: LoginSite): LoginFlow {
  return {
    async begin(user) {
      await site.moveTo({ phase: 'named', user })
    },

    async finish(password) {
      const state = site.state()
      if (state.phase !== 'named') throw new Fault('bad_sequence')
      // One password for each USER: guessing costs a round trip more.
      await site.moveTo(GREETED)
      let factor: LoginFactor
      try {
        const entered = await enter(services, site, state.user, password)
        factor = loginFactor(entered.identity)
        await site.moveTo(entered)
      } catch (thrown) {
        const fault = toFault(thrown)
        throw fault.kind === 'login_refused' ? new LoginRefused(state.user, fault, site.certificate) : fault
      }
      try {
        site.record(loginSucceeded(factor, site.certificate))
      } catch (error) {
        // A login that cannot be recorded does not happen.
        await site.moveTo(state)
        throw error
      }
    },

    requireNone() {
      if (site.state().phase !== 'greeted') throw new Fault('bad_sequence')
    },
  }
}

const loginFactor = ({ certificate }: Identity): LoginFactor => {
  if (certificate === undefined) return 'password'
  return certificate === 'in place of password' ? 'certificate' : 'certificate+password'
}

async function enter(
  { authenticator, sessions, storage }: LoginServices,
  { subject, signal, certificate }: LoginSite,
  user: string,
  password: string,
): Promise<Ready> {
  const { address } = subject.client
  const identity = await authenticator.login({ user, password, address, certificate }, signal)
  const place = sessions.enter(identity)
  try {
    return ready(identity, await storage.open(identity, { ...subject, user: identity.name }), place)
  } catch (error) {
    place[Symbol.dispose]()
    throw error
  }
}
