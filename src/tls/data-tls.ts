import { createSecureContext, type SecureContext } from 'node:tls'
import type { ContextRecipe, SessionTls } from './contexts.js'
import { ResumableSessions } from './resumable-sessions.js'

/** What the handshake of a session's next data connection needs, as plain data for a worker. */
export interface DataTls {
  readonly recipe: ContextRecipe
  readonly sessions: readonly (readonly [id: string, session: Uint8Array])[]
}

export const dataTls = ({ recipe, sessions }: SessionTls): DataTls => ({ recipe, sessions: sessions.all })

/** Contexts kept: those of live sessions, as a rule one for each certificate. */
const MOST_KEPT = 16

/** The other end: makes of it what `secureData` needs, and each context once. */
export class DataContexts {
  readonly #made = new Map<number, SecureContext>()

  /** @param renewed is told of each session that later data connections may resume */
  take({ recipe, sessions }: DataTls, renewed: (id: string, session: Buffer) => void) {
    return { context: this.#contextOf(recipe), sessions: new ResumableSessions(sessions, renewed) }
  }

  #contextOf({ id, options }: ContextRecipe): SecureContext {
    const context = this.#made.get(id) ?? createSecureContext(options)
    // The one used last is the last to go.
    this.#made.delete(id)
    this.#made.set(id, context)
    const [oldest] = this.#made.keys()
    if (this.#made.size > MOST_KEPT && oldest !== undefined) this.#made.delete(oldest)
    return context
  }
}
