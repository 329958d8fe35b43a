import { abortFault, Fault } from '../core/fault.js'
import type { ByteSink, ByteSource, ReceiveResult, TransferOptions } from '../core/ports.js'
import type { TransferResult } from '../core/transfer.js'
import { FromNetworkLines, toNetworkLines } from './ascii-lines.js'
import type { Allowance, DataConnection, ListenOrder, RecordEvent } from './data-connection.js'
import { end, sendAll } from './download.js'
import { Pace } from './pace.js'
import { listenOn, type PassiveListener, type PassivePorts, type PortLease } from './passive-ports.js'
import { Rendezvous } from './rendezvous.js'
import type { FindOrigin, Secure, Secured } from './secured.js'
import { Intake } from './upload.js'

/** How long the peer may take to close after everything was sent; closing earlier could cut off the tail. */
const LINGER_MS = 15_000

export interface LocalServices {
  /** Bound to the control connection's TLS sessions. */
  readonly secure: Secure
  readonly origin: FindOrigin
  readonly record: RecordEvent
}

/** Listens in this thread. @throws Fault `no_passive_port` */
export async function listenHere(
  ports: PassivePorts,
  order: ListenOrder,
  services: LocalServices,
): Promise<LocalConnection> {
  const lease: PortLease<PassiveListener> = await ports.lease(order.peer, port =>
    listenOn(port, order.host, () => lease[Symbol.dispose]()),
  )
  return new LocalConnection(lease.listener, order, services)
}

/** A data connection that is handled in this thread. */
export class LocalConnection implements DataConnection {
  readonly port: number
  readonly #order: ListenOrder
  readonly #rendezvous: Rendezvous
  #progress = 0

  constructor(listener: PassiveListener, order: ListenOrder, { secure, origin, record }: LocalServices) {
    this.port = listener.port
    this.#order = order
    const { peer, otherFamily, requireResumption, timeouts } = order
    this.#rendezvous = new Rendezvous(listener, {
      peer,
      otherFamily,
      origin,
      secure,
      requireResumption,
      connectTimeout: timeouts.dataConnect,
      handshakeTimeout: timeouts.handshake,
      record,
    })
  }

  get progress(): number {
    return this.#progress
  }

  send(
    source: ByteSource,
    allowance: Allowance,
    { signal, ascii }: TransferOptions,
  ): Promise<TransferResult> {
    return this.#transfer(allowance, signal, async ({ stream, sendTickets }, pace) => {
      let bytes = 0
      await sendAll(stream, ascii ? toNetworkLines(source) : source, pace, count => {
        // With the first bytes and not before them: it is one packet less, and one less for the client to wake up for.
        if (bytes === 0) sendTickets()
        bytes += count
        this.#progress = bytes
      })
      if (bytes === 0) sendTickets()
      await end(stream)
      linger(stream)
      return { bytes }
    })
  }

  receive(sink: ByteSink, allowance: Allowance, { signal, ascii }: TransferOptions): Promise<ReceiveResult> {
    return this.#transfer(allowance, signal, async ({ stream, verdict, sendTickets }, pace) => {
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
          await end(stream).catch(ignore)
        }
        throw error
      }
      const close = verdict(intake.received, intake.chunks)
      if (close !== 'clean' && this.#order.requireCloseNotify) throw new Fault('data_cut')
      sendTickets()
      await end(stream)
      linger(stream)
      return { bytes, close }
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#rendezvous[Symbol.asyncDispose]()
  }

  /**
   * Taking over what is there already of a large file may take longer than any peer is silent: then it is the server
   * that is waited for. Ends at once when the connection does.
   */
  async #opened(stream: Secured['stream'], sink: ByteSink): Promise<void> {
    stream.setTimeout(0)
    await unlessBroken(stream, sink.open())
    stream.setTimeout(this.#order.timeouts.dataStall)
  }

  /** One connection from its arrival to its end; whatever stops it, the socket is destroyed and a Fault says why. */
  async #transfer<T>(
    allowance: Allowance,
    signal: AbortSignal,
    pump: (secured: Secured, pace: Pace) => Promise<T>,
  ): Promise<T & { seconds: number }> {
    const secured = await this.#arrival(signal)
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
    const pace = new Pace(allowance, stream, this.#order.timeouts.dataStall)
    try {
      if (signal.aborted) onAbort()
      const result = await pump(secured, pace)
      return { ...result, seconds: (performance.now() - started) / 1000 }
    } catch (error) {
      stream.destroy()
      throw stop ?? (error instanceof Fault ? error : new Fault('data_cut', { cause: error }))
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  async #arrival(signal: AbortSignal): Promise<Secured> {
    const rendezvous = this.#rendezvous
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

const ignore = () => {}
