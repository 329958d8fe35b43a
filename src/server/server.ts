import { randomBytes } from 'node:crypto'
import type { Server, Socket } from 'node:net'
import { connectionAccepted, connectionRefused, type Subject } from '../core/audit-event.js'
import { type Endpoint, type Ends, endpoint } from '../core/endpoint.js'
import { Fault, toFault } from '../core/fault.js'
import type { ConnectionLimits } from '../core/login-ports.js'
import type { SessionConnection, SessionServices } from '../session/services.js'
import { Session } from '../session/session.js'
import { listen } from './listener.js'
import { Probes } from './probe.js'

export interface ServerServices {
  readonly limits: ConnectionLimits
  /** Read for each connection, so that a reload reaches the next one. */
  readonly session: SessionServices
  /**
   * Undefined when it asks for nothing.
   *
   * @throws Fault `denied` when a proxy does not say whom it speaks for, or the signal's reason
   */
  origin(raw: Socket, signal: AbortSignal): Promise<Ends | undefined>
  /** Does the TLS handshake; undefined when it failed, or the signal ended it, which was audited. */
  secure(raw: Socket, id: string, ends: Ends, signal: AbortSignal): Promise<SessionConnection | undefined>
}

/** The control port and all that came in by it. */
export class FtpsServer {
  readonly #services: ServerServices
  /** Connections under way to a session, or in one; each is aborted by its controller until it has one. */
  readonly #connections = new Map<Promise<void>, AbortController>()
  readonly #probes = new Probes()
  #server: Server | undefined
  #stopping = false

  constructor(services: ServerServices) {
    this.#services = services
  }

  /** @throws Error with the `code` of the operating system: EACCES, EADDRINUSE, EADDRNOTAVAIL */
  async start(host: string, port: number): Promise<Endpoint> {
    this.#server = await listen(host, port, socket => this.#take(socket))
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
    for (const arriving of this.#connections.values())
      arriving.abort(new Fault('aborted', { reason: 'shutting_down' }))
    const { roster } = this.#services.session
    for (const session of roster.all) session.drain('shutting_down')
    const timer = setTimeout(() => {
      for (const session of roster.all) session.end('shutting_down')
    }, grace)
    await Promise.all(this.#connections.keys())
    clearTimeout(timer)
  }

  #take(raw: Socket): void {
    raw.on('error', ignore)
    const arriving = new AbortController()
    const over = this.#serve(raw, arriving.signal).finally(() => this.#connections.delete(over))
    this.#connections.set(over, arriving)
  }

  /** @param signal ends what comes before the session; TLS ends before the socket beneath it */
  async #serve(raw: Socket, signal: AbortSignal): Promise<void> {
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
    try {
      const ends = await this.#services.origin(raw, signal)
      if (!ends) return
      proxy = ends.proxy
      subject = subjectOf(id, ends.peer)
      // Before any TLS: a flood must not get contexts and handshakes out of us.
      using _lease = await limits.admit(ends.peer.address)
      if (this.#stopping || raw.destroyed) return
      audit.record(connectionAccepted(proxy), subject)
      const connection = await this.#services.secure(raw, id, ends, signal)
      if (!connection) return
      // The session closes it; should that fail, TLS still has to end before the socket beneath it.
      await using _control = connection.control
      await this.#run(new Session(session, connection))
    } catch (thrown) {
      const fault = toFault(thrown)
      if (fault.kind === 'internal') log.error({ err: fault.cause }, 'connection failed')
      try {
        audit.record(connectionRefused(fault.reason, proxy), subject)
      } catch (error) {
        log.error({ err: error }, 'a refused connection could not be written to the audit log')
      }
    } finally {
      raw.destroy()
    }
  }

  async #run(session: Session): Promise<void> {
    // Its handshake was over just when the server began to stop.
    if (this.#stopping) session.drain('shutting_down')
    await session.run()
  }
}

const subjectOf = (session: string, { address, port }: Endpoint): Subject => ({
  session,
  client: { address, port },
})

const ignore = () => {}
