import { Server } from 'node:net'

/** Clients resume the newest session they were given, or one of a few transfers before. */
const MOST_RENEWED = 8

/** In the form the options of a TLSSocket have: Node asks for sessions, and hands them out, by events of a server. */
interface SessionOptions {
  readonly server: Server
}

/**
 * The TLS sessions of one control connection: all that its data connections can resume. One that does can only come
 * from a client that holds this very session's secrets, never another's (vsftpd takes any ticket it ever issued,
 * CVE-2026-119568).
 *
 * They are kept here and not in tickets, which Node's server never renews when one is used; but OpenSSL's clients,
 * curl and WinSCP among them, use each TLS 1.3 ticket once (RFC 8446 appendix C.4), and under TLS 1.2 curl takes none.
 */
export class ResumableSessions {
  /** By id, in hex. Those of the control connection itself stay: other clients resume them every time. */
  readonly #first: Map<string, Buffer>
  readonly #renewed = new Map<string, Buffer>()
  readonly #told: (id: string, session: Buffer) => void

  /**
   * @param first what another thread has of the same control connection
   * @param told of each session that a later data connection may resume
   */
  constructor(
    first: readonly (readonly [id: string, session: Uint8Array])[] = [],
    told: (id: string, session: Buffer) => void = () => {},
  ) {
    this.#first = new Map(first.map(([id, session]) => [id, Buffer.from(session)]))
    this.#told = told
  }

  /** All that a data connection may resume now. */
  get all(): readonly (readonly [id: string, session: Buffer])[] {
    return [...this.#first, ...this.#renewed]
  }

  /** For the control connection. */
  control(): SessionOptions {
    return this.#options(
      () => null,
      (id, session, send) => {
        this.#first.set(id, session)
        send()
      },
    )
  }

  /**
   * For one data connection: `offered` is the TLS 1.3 session that its client wants to resume. What a connection that
   * did not resume is given must not open the next one, so that is not kept. `issued` is told of each new session when
   * the client has proved the old one: nothing is sent to it until `send` is called.
   */
  data(
    offered: Buffer | undefined,
    isReused: () => boolean,
    issued: (send: () => void) => void,
  ): SessionOptions {
    const find = (id: string) => this.#first.get(id) ?? this.#renewed.get(id) ?? null
    return this.#options(
      id => find(offered?.toString('hex') ?? id),
      (id, session, send) => {
        if (isReused()) this.renew(id, session)
        issued(send)
      },
    )
  }

  /** Keeps a session that a data connection was given. */
  renew(id: string, session: Buffer): void {
    this.#renewed.set(id, session)
    this.#told(id, session)
    const [oldest] = this.#renewed.keys()
    if (this.#renewed.size > MOST_RENEWED && oldest !== undefined) this.#renewed.delete(oldest)
  }

  #options(
    find: (id: string) => Buffer | null,
    keep: (id: string, session: Buffer, send: () => void) => void,
  ): SessionOptions {
    const server = new Server()
    server.on('resumeSession', (id: Buffer, found: (error: null, session: Buffer | null) => void) =>
      found(null, find(id.toString('hex'))),
    )
    server.on('newSession', (id: Buffer, session: Buffer, send: () => void) =>
      keep(id.toString('hex'), session, send),
    )
    return { server }
  }
}
