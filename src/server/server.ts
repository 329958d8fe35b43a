import { randomBytes } from 'node:crypto'
import type { Server, Socket } from 'node:net'
import { connectionAccepted, connectionRefused, type Subject } from '../core/audit-event.js'
import { type Endpoint, type Ends, endpoint } from '../core/endpoint.js'
import { toFault } from '../core/fault.js'
import type { ConnectionLimits } from '../core/ports.js'
import type { SessionConnection, SessionServices } from '../session/services.js'
import { Session } from '../session/session.js'
import { listen } from './listener.js'
import { Probes } from './probe.js'

export interface ServerServices {
  readonly limits: ConnectionLimits
  /** Read for each connection, so that a reload reaches the next one. */
  readonly session: SessionServices
  /** Undefined when it asks for nothing. @throws Fault `denied` when a proxy does not say whom it speaks for */
  origin(raw: Socket): Promise<Ends | undefined>
  /** Does the TLS handshake; undefined when it failed, which was audited. */
  secure(raw: Socket, id: string, ends: Ends): Promise<SessionConnection | undefined>
}

/** The control port and all that came in by it. */
export class FtpsServer {
  readonly #services: ServerServices
  readonly #handshaking = new Set<Socket>()
  readonly #probes = new Probes()
  #server: Server | undefined
  #stopping = false

  constructor(services: ServerServices) {
    this.#services = services
  }

  /** @throws Error with the `code` of the operating system: EACCES, EADDRINUSE, EADDRNOTAVAIL */
  async start(host: string, port: number): Promise<Endpoint> {
    this.#server = await listen(host, port, socket => void this.#accept(socket))
    const { log } = this.#services.session
    // Running out of descriptors must not end the process; accepting goes on when some are free again.
    this.#server.on('error', error => log.error({ err: error }, 'the control port cannot accept'))
    const bound = this.#server.address()
    return typeof bound === 'object' ? endpoint(bound?.address, bound?.port) : endpoint(host, port)
  }

  /**
   * Shows that the control port accepts. Nothing of it is seen in the limits and the audit log.
   *
   * @throws Error with a reason for people: it is stopping, or cannot accept
   */
  async probe(signal: AbortSignal): Promise<void> {
    const bound = this.#server?.address()
    if (this.#stopping || typeof bound !== 'object' || !bound) throw new Error('the server is stopping')
    await this.#probes.run(endpoint(bound.address, bound.port), signal)
  }

  /**
   * No new sessions; idle ones end now, running transfers may finish. After `grace` milliseconds what still runs is
   * aborted. Resolves when all is over.
   */
  async stop(grace: number): Promise<void> {
    this.#stopping = true
    this.#server?.close()
    for (const raw of this.#handshaking) raw.destroy()
    const { roster } = this.#services.session
    for (const session of roster.all) session.drain('shutting_down')
    const timer = setTimeout(() => {
      for (const session of roster.all) session.end('shutting_down')
    }, grace)
    await roster.empty()
    clearTimeout(timer)
  }

  async #accept(raw: Socket): Promise<void> {
    raw.on('error', ignore)
    const { session, limits } = this.#services
    const { audit, log } = session
    const id = randomBytes(8).toString('hex')
    const peer = endpoint(raw.remoteAddress, raw.remotePort)
    // Before a PROXY header is waited for: a probe sends nothing.
    if (this.#probes.claims(peer, endpoint(raw.localAddress, raw.localPort))) {
      raw.destroy()
      return
    }
    let subject = subjectOf(id, peer)
    let proxy: string | undefined
    this.#handshaking.add(raw)
    try {
      const ends = await this.#services.origin(raw)
      if (!ends) return
      proxy = ends.proxy
      subject = subjectOf(id, ends.peer)
      // Before any TLS: a flood must not get contexts and handshakes out of us.
      using _lease = await limits.admit(ends.peer.address)
      if (this.#stopping || raw.destroyed) return
      audit.record(connectionAccepted(proxy), subject)
      const connection = await this.#services.secure(raw, id, ends)
      this.#handshaking.delete(raw)
      if (connection) await new Session(session, connection).run()
    } catch (thrown) {
      const fault = toFault(thrown)
      if (fault.kind === 'internal') log.error({ err: fault.cause }, 'connection failed')
      try {
        audit.record(connectionRefused(fault.reason, proxy), subject)
      } catch (error) {
        log.error({ err: error }, 'a refused connection could not be written to the audit log')
      }
    } finally {
      this.#handshaking.delete(raw)
      raw.destroy()
    }
  }
}

const subjectOf = (session: string, { address, port }: Endpoint): Subject => ({
  session,
  client: { address, port },
})

const ignore = () => {}
