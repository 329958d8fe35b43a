import type { Socket } from 'node:net'
import type { Allowance } from './data-connection.js'

/** The speed of one transfer: its user's bandwidth, waited for at its socket. */
export class Pace {
  readonly #allowance: Allowance
  readonly #stream: Socket
  /** Milliseconds after which the socket counts as stalled. */
  readonly #stall: number
  /** Made for who waits first: most transfers never do. */
  #gone: AbortController | undefined

  /** From now on the stall timer of the stream is set. */
  constructor(allowance: Allowance, stream: Socket, stall: number) {
    this.#allowance = allowance
    this.#stream = stream
    this.#stall = stall
    stream.setTimeout(stall)
  }

  /** Bytes that may move now. */
  get left(): number {
    return this.#allowance.left
  }

  spend(bytes: number): void {
    this.#allowance.spend(bytes)
  }

  /** Resolves when more bytes may move. Rejects at once when the stream closes. */
  async more(): Promise<void> {
    // It is the server that holds the bytes back: the peer is not to blame for the silence.
    this.#stream.setTimeout(0)
    try {
      await this.#allowance.more(this.#untilClosed())
    } finally {
      if (!this.#stream.destroyed) this.#stream.setTimeout(this.#stall)
    }
  }

  #untilClosed(): AbortSignal {
    if (this.#gone) return this.#gone.signal
    const gone = new AbortController()
    const close = () => gone.abort(new Error('the data connection is closed'))
    if (this.#stream.closed) close()
    else this.#stream.once('close', close)
    this.#gone = gone
    return gone.signal
  }
}
