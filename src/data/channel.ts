import type { AuditEvent } from '../core/audit-event.js'
import type { Endpoint } from '../core/endpoint.js'
import { abortFault, Fault } from '../core/fault.js'
import type { Identity } from '../core/identity.js'
import type { ByteSink, ByteSource, DataChannel, ReceiveResult, TransferOptions } from '../core/ports.js'
import type { TransferResult } from '../core/transfer.js'
import type { AnnouncedAddress } from './announced-address.js'
import { FromNetworkLines, toNetworkLines } from './ascii-lines.js'
import type { Bandwidth, Direction } from './bandwidth.js'
import { end, sendAll } from './download.js'
import { Pace, paced } from './pace.js'
import type { PassivePorts } from './passive-ports.js'
import { Rendezvous } from './rendezvous.js'
import type { FindOrigin, Secure, Secured } from './secured.js'
import { Intake } from './upload.js'

/** How long the peer may take to close after everything was sent; closing earlier could cut off the tail. */
const LINGER_MS = 15_000

interface DataTimeouts {
  /** Milliseconds from the transfer command to the data connection. */
  readonly dataConnect: number
  /** Milliseconds for its TLS handshake. */
  readonly handshake: number
  /** Milliseconds without a byte in either direction. */
  readonly dataStall: number
}

export interface PassiveChannelOptions {
  readonly peer: Endpoint
  /** What the client connected to. */
  readonly reached: Endpoint
  /** Address to listen on. */
  readonly host: string
  /** Address to listen on for IPv4 where the control connection is IPv6; undefined when there is none. */
  readonly hostForIPv4: string | undefined
  readonly ports: PassivePorts
  readonly announced: AnnouncedAddress
  readonly bandwidth: Bandwidth
  /** Bound to the control connection's TLS context. */
  readonly secure: Secure
  readonly origin: FindOrigin
  readonly timeouts: DataTimeouts
  /** @throws Fault `audit_unavailable` */
  record(event: AuditEvent): void
}

/** The data connections of one session: passive only, one at a time, TLS always. */
export class PassiveChannel implements DataChannel {
  readonly #options: PassiveChannelOptions
  #rendezvous: Rendezvous | undefined
  #user: Identity | undefined
  #progress: number | undefined

  constructor(options: PassiveChannelOptions) {
    this.#options = options
  }

  get progress(): number | undefined {
    return this.#progress
  }

  async listen(family: 4 | 6, user: Identity): Promise<{ address: string; port: number }> {
    // Before the new one, so that a range of one port works.
    await this.reset()
    const { peer, reached, ports, announced, secure, origin, timeouts, record } = this.#options
    const address = family === 4 ? announced.forClient(peer, reached) : reached.address
    // Which IPv4 address a client has that came by IPv6 nobody knows, so its TLS session must show that it is the one.
    const otherFamily = family !== peer.family
    const requireResumption = user.compat.dataSession === 'require'
    const host = otherFamily ? this.#options.hostForIPv4 : this.#options.host
    if (host === undefined || (otherFamily && !requireResumption)) throw new Fault('no_ipv4')
    const listener = await ports.listen(host, peer.address)
    this.#user = user
    this.#rendezvous = new Rendezvous(listener, {
      peer: peer.address,
      otherFamily,
      origin,
      secure,
      requireResumption,
      connectTimeout: timeouts.dataConnect,
      handshakeTimeout: timeouts.handshake,
      record,
    })
    return { address, port: listener.port }
  }

  async send(source: ByteSource, { signal, ascii }: TransferOptions): Promise<TransferResult> {
    return await this.#transfer('download', signal, async ({ stream, sendTickets }, pace) => {
      sendTickets()
      let bytes = 0
      await sendAll(stream, paced(ascii ? toNetworkLines(source) : source, pace), count => {
        bytes += count
        this.#progress = bytes
      })
      linger(stream)
      return { bytes }
    })
  }

  async receive(sink: ByteSink, { signal, ascii }: TransferOptions): Promise<ReceiveResult> {
    return await this.#transfer('upload', signal, async ({ stream, verdict, sendTickets }, pace) => {
      await this.#opened(stream, sink)
      const intake = new Intake(stream, pace)
      const lines = ascii ? new FromNetworkLines() : undefined
      let bytes = 0
      const store = async (chunks: Uint8Array[]) => {
        await sink.write(chunks)
        for (const chunk of chunks) bytes += chunk.length
        this.#progress = bytes
      }
      try {
        for await (const batch of intake.batches())
          await store(lines ? batch.map(chunk => lines.convert(chunk)) : batch)
        if (lines) await store([lines.end()])
      } catch (error) {
        // Who has sent everything waits for our close_notify; without it Python's ftplib never looks at the reply.
        if (stream.readableEnded) {
          sendTickets()
          await end(stream).catch(() => undefined)
        }
        throw error
      }
      const close = verdict(intake.received, intake.chunks)
      if (close !== 'clean' && this.#user?.compat.close === 'strict') throw new Fault('data_cut')
      sendTickets()
      await end(stream)
      linger(stream)
      return { bytes, close }
    })
  }

  async reset(): Promise<void> {
    const rendezvous = this.#rendezvous
    this.#rendezvous = undefined
    await rendezvous?.[Symbol.asyncDispose]()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.reset()
  }

  /**
   * Taking over what is there already of a large file may take longer than any peer is silent: then it is the server
   * that is waited for. Ends at once when the connection does.
   */
  async #opened(stream: Secured['stream'], sink: ByteSink): Promise<void> {
    stream.setTimeout(0)
    await unlessBroken(stream, sink.open())
    stream.setTimeout(this.#options.timeouts.dataStall)
  }

  /** One connection from its arrival to its end; whatever stops it, the socket is destroyed and a Fault says why. */
  async #transfer<T>(
    direction: Direction,
    signal: AbortSignal,
    pump: (secured: Secured, pace: Pace) => Promise<T>,
  ): Promise<T & { seconds: number }> {
    const secured = await this.#arrival(signal)
    using share = this.#options.bandwidth.share(this.#user?.name ?? '', direction)
    const started = performance.now()
    const { stream } = secured
    let stop: Fault | undefined
    const halt = (fault: Fault) => {
      stop ??= fault
      stream.destroy()
    }
    const onAbort = () => halt(abortFault(signal))
    signal.addEventListener('abort', onAbort, { once: true })
    stream.once('timeout', () => halt(new Fault('data_stalled')))
    const pace = new Pace(share, stream, this.#options.timeouts.dataStall)
    this.#progress = 0
    try {
      if (signal.aborted) onAbort()
      const result = await pump(secured, pace)
      return { ...result, seconds: (performance.now() - started) / 1000 }
    } catch (error) {
      stream.destroy()
      throw stop ?? (error instanceof Fault ? error : new Fault('data_cut', { cause: error }))
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#progress = undefined
    }
  }

  async #arrival(signal: AbortSignal): Promise<Secured> {
    const rendezvous = this.#rendezvous
    this.#rendezvous = undefined
    if (!rendezvous) throw new Fault('no_passive')
    if (signal.aborted) {
      await rendezvous[Symbol.asyncDispose]()
      throw abortFault(signal)
    }
    const onAbort = () => void rendezvous[Symbol.asyncDispose]()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await rendezvous.claim()
    } catch (error) {
      throw signal.aborted ? abortFault(signal) : error
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
}

/** Settles as `work` does; rejects when the connection breaks before that. One that has ended is not broken. */
function unlessBroken(stream: Secured['stream'], work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = () => {
      if (!stream.readableEnded) reject(new Error('the data connection broke'))
    }
    stream.once('close', onClose)
    work.then(resolve, reject).finally(() => stream.off('close', onClose))
  })
}

/** Everything was sent. Reads to the peer's end before closing: closing with unread bytes would reset the tail. */
function linger(stream: Secured['stream']): void {
  stream.setTimeout(0)
  if (stream.destroyed) return
  // Not worth keeping a stopping process alive for: everything was sent.
  const timer = setTimeout(() => stream.destroy(), LINGER_MS).unref()
  stream.unref()
  stream.once('close', () => clearTimeout(timer))
  stream.resume()
  stream.once('end', () => stream.destroy())
  if (stream.readableEnded) stream.destroy()
}
