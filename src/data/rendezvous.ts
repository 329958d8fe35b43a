import type { Socket } from 'node:net'
import { type AuditEvent, dataOpened, dataRejected } from '../core/audit-event.js'
import { endpoint } from '../core/endpoint.js'
import { Fault, toFault } from '../core/fault.js'
import type { PassiveListener } from './passive-ports.js'
import type { FindOrigin, Secure, Secured } from './secured.js'
import { dropBuffer } from './young-garbage.js'

/** Connections from the client's own address that may be in their handshake at a time. */
const MOST_CANDIDATES = 16
/** After a connection that was not the right one, so long the right one may still come. */
const GRACE_MS = 1_000
/** A port that was asked for and not used goes back after so many times `connectTimeout`. */
const UNCLAIMED_FACTOR = 4

/**
 * What a connection leaves behind to be collected: 100 KiB of objects, and the 64 KiB into which Node (26) reads its first
 * packet, which count towards V8's limit for all of its memory.
 */
const LEFT_BYTES = 160 << 10

export interface RendezvousOptions {
  /** The only address that may connect: the control connection's. */
  readonly peer: string
  /**
   * The control connection came by IPv6 and this one comes by IPv4: the address tells nothing then, so that only the
   * TLS session does.
   */
  readonly otherFamily?: boolean
  readonly origin: FindOrigin
  readonly secure: Secure
  /** Take only a connection that resumed the control connection's TLS session. */
  readonly requireResumption: boolean
  /** Milliseconds from the transfer command to a TCP connection. */
  readonly connectTimeout: number
  /** Milliseconds more that a TLS handshake may take. */
  readonly handshakeTimeout: number
  /** @throws Fault `audit_unavailable` */
  record(event: AuditEvent): void
}

/**
 * Waits at a passive port for the session's own data connection. Strangers are dropped without using up the place;
 * whether a connection is the right one is known when its handshake is done, so several may try. The port is free
 * again as soon as the right one is there.
 */
export class Rendezvous implements AsyncDisposable {
  readonly #listener: PassiveListener
  readonly #options: RendezvousOptions
  readonly #arrival: Promise<Secured>
  /** Those of whom it is not known yet who they are. */
  readonly #arrived = new Set<Socket>()
  /** With the bytes that a proxy, not the client, has sent. */
  readonly #candidates = new Map<Socket, number>()
  #settled = false
  #resolve!: (secured: Secured) => void
  #reject!: (fault: Fault) => void
  /** How long anybody waits now. */
  #patience: NodeJS.Timeout
  #grace: NodeJS.Timeout | undefined
  /** What was wrong with the last connection that was not the right one. */
  #miss: Fault | undefined

  constructor(listener: PassiveListener, options: RendezvousOptions) {
    this.#listener = listener
    this.#options = options
    this.#arrival = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // A client may send PASV and never transfer: then nobody asks.
    this.#arrival.catch(ignore)
    listener.server.on('connection', raw => void this.#consider(raw))
    listener.server.on('error', error => this.#fail(new Fault('no_passive_port', { cause: error })))
    this.#patience = setTimeout(
      () => this.#fail(new Fault('no_passive')),
      options.connectTimeout * UNCLAIMED_FACTOR,
    )
  }

  get port(): number {
    return this.#listener.port
  }

  /** For the transfer command. @throws Fault `data_timeout` `data_handshake` `data_not_resumed` `no_passive` */
  async claim(): Promise<Secured> {
    const { connectTimeout, handshakeTimeout } = this.#options
    const tooLate = () => {
      if (this.#candidates.size === 0) this.#fail(this.#miss ?? new Fault('data_timeout'))
      else this.#wait(handshakeTimeout, () => this.#fail(new Fault('data_handshake')))
    }
    if (!this.#settled) this.#wait(connectTimeout, tooLate)
    return await this.#arrival
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#settled) {
      // It came but was not claimed.
      await this.#arrival.then(({ stream }) => stream.destroy(), ignore)
    } else this.#fail(new Fault('no_passive'))
  }

  #wait(milliseconds: number, then: () => void): void {
    clearTimeout(this.#patience)
    this.#patience = setTimeout(then, milliseconds)
  }

  async #consider(raw: Socket): Promise<void> {
    raw.on('error', ignore)
    if (this.#settled) {
      raw.destroy()
      return
    }
    const { secure, requireResumption, otherFamily, record } = this.#options
    try {
      const found = await this.#identify(raw)
      if (!found) return
      if (this.#settled || !this.#makeRoom()) {
        raw.destroy()
        return
      }
      raw.setNoDelay(true)
      this.#candidates.set(raw, found.headerBytes)
      const secured = await secure(raw)
      this.#candidates.delete(raw)
      dropBuffer(LEFT_BYTES)
      if (requireResumption && !secured.resumed) {
        secured.stream.destroy()
        this.#missed(new Fault('data_not_resumed'))
        const remedy = otherFamily ? undefined : 'users[].compat.dataSession: prefer'
        record(dataRejected('not_resumed', { address: found.peer.address, remedy, proxy: found.proxy }))
      } else if (this.#settled) secured.stream.destroy()
      else {
        record(dataOpened(secured.resumed, secured.version, found.proxy))
        this.#settle()
        this.#resolve(secured)
      }
    } catch (error) {
      this.#candidates.delete(raw)
      raw.destroy()
      if (error instanceof Fault) this.#fail(error)
      else this.#missed(new Fault('data_handshake', { cause: error }))
    }
  }

  /** Who it is; undefined for one that is dropped. @throws Fault `audit_unavailable` */
  async #identify(raw: Socket) {
    const { peer, origin, otherFamily, record } = this.#options
    const { address } = endpoint(raw.remoteAddress, raw.remotePort)
    this.#arrived.add(raw)
    try {
      const found = await origin(raw)
      if (found?.peer.address === peer || (otherFamily && found?.peer.family === 4)) return found
      raw.destroy()
      if (found) record(dataRejected('foreign_address', { address: found.peer.address, proxy: found.proxy }))
    } catch (error) {
      raw.destroy()
      const fault = toFault(error)
      if (fault.kind === 'audit_unavailable') throw fault
      // Once it is over the others are cut off in the middle of what they say, which is no fault of theirs.
      if (fault.kind === 'denied' && !this.#settled) record(dataRejected(fault.reason, { address }))
    } finally {
      this.#arrived.delete(raw)
    }
    return undefined
  }

  /** Of too many, the one that came first and has said nothing goes: the client itself speaks soon. */
  #makeRoom(): boolean {
    if (this.#candidates.size < MOST_CANDIDATES) return true
    for (const [raw, headerBytes] of this.#candidates) {
      if (raw.bytesRead > headerBytes) continue
      this.#candidates.delete(raw)
      raw.destroy()
      return true
    }
    return false
  }

  /** The wrong one came; the right one may be among those still in their handshake, or just behind. */
  #missed(fault: Fault): void {
    // Anybody may come by IPv4: who fails the tests there is a stranger.
    if (this.#settled || this.#options.otherFamily) return
    this.#miss = fault
    clearTimeout(this.#grace)
    this.#grace = setTimeout(() => {
      if (this.#candidates.size === 0) this.#fail(fault)
    }, GRACE_MS)
  }

  #fail(fault: Fault): void {
    if (this.#settled) return
    this.#settle()
    this.#reject(fault)
  }

  /** Whatever came of it: the port is free again and nobody else is looked at. */
  #settle(): void {
    this.#settled = true
    clearTimeout(this.#grace)
    clearTimeout(this.#patience)
    void this.#listener[Symbol.asyncDispose]()
    // Who came by it leads to it, and would keep all this as long as Node keeps a closed connection (tls/secure-data).
    this.#listener.server.removeAllListeners().on('error', ignore)
    // That ends whatever is waited for at them, too.
    for (const raw of [...this.#arrived, ...this.#candidates.keys()]) raw.destroy()
    this.#candidates.clear()
  }
}

const ignore = () => {}
