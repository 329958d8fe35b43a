import type { LoginFlow } from '../commands/context.js'
import { type AuditEvent, loginFailed, loginSucceeded, type Subject } from '../core/audit-event.js'
import type { ClientCertificate } from '../core/client-certificate.js'
import { Fault, toFault } from '../core/fault.js'
import type { Identity } from '../core/identity.js'
import type { Authenticator, LoggedIn, Occupant, SessionCounter } from '../core/login-ports.js'
import type { Log, Storage } from '../core/ports.js'
import { type Challenged, GREETED, ready, type State } from './state.js'

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
  readonly occupant: Occupant
  state(): State
  /** @throws Fault `audit_unavailable` */
  record(event: AuditEvent): void
  /** Releases what the state before held. */
  moveTo(state: State): Promise<void>
}

/**
 * USER, PASS and ACCT as moves between states: greeted → named → ready, with challenged before ready where a one-time
 * code is asked for, and back to greeted when refused.
 */
export function loginFlow(services: LoginServices, site: LoginSite): LoginFlow {
  const { authenticator } = services
  const { certificate } = site.occupant

  /** A refusal gets the name that was tried. */
  const refusable = async <T>(user: string, run: () => Promise<T>): Promise<T> => {
    try {
      return await run()
    } catch (thrown) {
      const fault = toFault(thrown)
      throw fault.kind === 'login_refused' ? new LoginRefused(user, fault, certificate) : fault
    }
  }

  /** Back to `retry` when the login cannot be recorded: then it does not happen. */
  const enter = async ({ identity, factor }: LoggedIn, retry: State) => {
    await site.moveTo(await open(services, site, identity))
    try {
      site.record(loginSucceeded(factor, certificate))
    } catch (error) {
      await site.moveTo(retry)
      throw error
    }
  }

  return {
    async begin(user) {
      await site.moveTo({ phase: 'named', user })
    },

    async finish(password) {
      const state = site.state()
      if (state.phase !== 'named') throw new Fault('bad_sequence')
      const { user } = state
      // One password for each USER: guessing costs a round trip more.
      await site.moveTo(GREETED)
      return await refusable(user, async () => {
        const { address } = site.subject.client
        const step = await authenticator.login({ user, password, address, certificate }, site.signal)
        if ('identity' in step) await enter(step, state)
        else await site.moveTo({ phase: 'challenged', user, awaited: step })
        return 'identity' in step ? 'logged_in' : 'need_code'
      })
    },

    async account(code) {
      const state = site.state()
      // RFC 959 §5.4 has 202 for this. lftp sends its account whatever PASS was answered with.
      if (state.phase === 'ready') return 'not_needed'
      if (state.phase !== 'challenged') throw new Fault('bad_sequence')
      const { user, awaited } = state
      await refusable(user, async () => {
        const loggedIn = await awaited.finish(code).finally(() => site.moveTo(GREETED))
        await enter(loggedIn, { phase: 'named', user })
      })
      return 'logged_in'
    },

    requireNone() {
      if (site.state().phase !== 'greeted') throw new Fault('bad_sequence')
    },
  }
}

/** Ends a login: without its code it failed. Nobody waits for an answer, so what goes wrong here is for the log. */
export async function giveUp(
  { user, awaited }: Challenged,
  session: Pick<LoginSite, 'record'> & Pick<Occupant, 'certificate'> & { readonly log: Log },
) {
  try {
    if (await awaited.abandon()) session.record(loginFailed('code_missing', user, session.certificate))
  } catch (error) {
    session.log.error({ err: error }, 'a login without its code could not be counted or recorded')
  }
}

async function open(
  { sessions, storage }: LoginServices,
  { subject, occupant }: LoginSite,
  identity: Identity,
): Promise<State> {
  const place = sessions.enter(identity, occupant)
  try {
    return ready(identity, await storage.open(identity, { ...subject, user: identity.name }), place)
  } catch (error) {
    place[Symbol.dispose]()
    throw error
  }
}
