import { Server } from 'node:net'

/** In the form the options of a TLSSocket have: Node speaks of sessions by id through events of a server. */
interface SessionIdOptions {
  readonly server: Server
}

/**
 * Resumption by session id (RFC 5246 §7.4.1.2), as curl and older Java do it under TLS 1.2, where they take no tickets.
 * Only the control connection's session is kept: one made on a data connection must not open the next.
 */
export class SessionIds {
  readonly control: SessionIdOptions = { server: new Server() }
  readonly data: SessionIdOptions = { server: new Server() }
  #id: Buffer | undefined
  #session: Buffer | undefined

  constructor() {
    this.control.server.once('newSession', (id: Buffer, session: Buffer) => {
      this.#id = id
      this.#session = session
    })
    this.control.server.on('newSession', (_id: Buffer, _session: Buffer, done: () => void) => done())
    type Found = (error: null, session: Buffer | null) => void
    this.data.server.on('resumeSession', (id: Buffer, found: Found) => {
      found(null, (this.#id?.equals(id) && this.#session) || null)
    })
  }
}
