import type { SessionSummary } from '../commands/context.js'
import type { ClientCertificate } from '../core/client-certificate.js'
import type { Reason } from '../core/reason.js'

/** A live session as others may see and end it. */
export interface LiveSession {
  /** Undefined before login. */
  readonly user: string | undefined
  /** Of the control connection. */
  readonly certificate?: ClientCertificate | undefined
  readonly summary: SessionSummary
  /** Bytes that the running transfer moved so far; undefined when there is none. */
  readonly transferred: number | undefined
  /** Ends after the command that runs now; at once when none does. */
  drain(reason: Reason): void
  /** Ends now; a running transfer is aborted. */
  end(reason: Reason): void
}

/** The live sessions of this server. */
export class Roster {
  readonly #sessions = new Set<LiveSession>()
  #whenEmpty: (() => void)[] = []

  enter(session: LiveSession): Disposable {
    this.#sessions.add(session)
    return { [Symbol.dispose]: () => this.#leave(session) }
  }

  get all(): readonly LiveSession[] {
    return [...this.#sessions]
  }

  ofUser(name: string): readonly LiveSession[] {
    return this.all.filter(session => session.user === name)
  }

  /** Resolves when the last session is over. */
  async empty(): Promise<void> {
    if (this.#sessions.size === 0) return
    await new Promise<void>(resolve => this.#whenEmpty.push(resolve))
  }

  #leave(session: LiveSession): void {
    this.#sessions.delete(session)
    if (this.#sessions.size > 0) return
    for (const resolve of this.#whenEmpty.splice(0)) resolve()
  }
}
