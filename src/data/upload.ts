import type { Socket } from 'node:net'
import type { Pace } from './pace.js'

/** Chunks from TLS are 16 KiB; written together they cost a third of the time. */
const WRITE_BYTES = 1 << 20
/** Bytes that may wait while a write is under way; beyond that the peer is slowed down. */
const MOST_WAITING_BYTES = 4 << 20

/** Collects what a data connection brings, in order, with a bound on what waits. */
export class Intake {
  readonly #stream: Socket
  readonly #pace: Pace
  #chunks: Buffer[] = []
  #waiting = 0
  #received = 0
  #count = 0
  #over: 'no' | 'ended' | 'broken' = 'no'
  #error: Error | undefined
  #wake: (() => void) | undefined
  #held = false

  constructor(stream: Socket, pace: Pace) {
    this.#stream = stream
    this.#pace = pace
    this.#regulate()
    stream.on('data', chunk => this.#take(chunk))
    stream.once('end', () => this.#finish('ended'))
    stream.once('error', error => {
      this.#error = error
    })
    stream.once('close', () => this.#finish('broken'))
    // An empty file may have been over before anybody looked: then no event comes any more.
    if (stream.readableEnded) this.#finish('ended')
    else if (stream.destroyed) this.#finish('broken')
  }

  /** Bytes that came so far. */
  get received(): number {
    return this.#received
  }

  /** Chunks they came in. */
  get chunks(): number {
    return this.#count
  }

  /**
   * About 1 MiB of chunks at a time, fewer at the end.
   *
   * @throws Error when the connection broke before its end; what came until then was yielded
   */
  async *batches(): AsyncGenerator<Buffer[]> {
    for (;;) {
      while (this.#waiting < WRITE_BYTES && this.#over === 'no') {
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
      }
      if (this.#waiting === 0) break
      const batch = this.#chunks
      this.#chunks = []
      this.#waiting = 0
      this.#regulate()
      yield batch
    }
    if (this.#over === 'broken') throw this.#error ?? new Error('the data connection broke')
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#waiting += chunk.length
    this.#received += chunk.length
    this.#count++
    this.#pace.spend(chunk.length)
    if (this.#waiting >= MOST_WAITING_BYTES || this.#pace.left <= 0) this.#regulate()
    if (this.#waiting >= WRITE_BYTES) this.#wake?.()
  }

  /** Reads on, or leaves what comes to the kernel, which slows the peer down. */
  #regulate(): void {
    if (this.#pace.left <= 0 && !this.#held) void this.#hold()
    if (this.#held || this.#waiting >= MOST_WAITING_BYTES) this.#stream.pause()
    else this.#stream.resume()
  }

  async #hold(): Promise<void> {
    this.#held = true
    try {
      await this.#pace.more()
      this.#held = false
      this.#regulate()
    } catch {
      // The connection is closed; its end is noticed where it is waited for.
    }
  }

  #finish(how: 'ended' | 'broken'): void {
    if (this.#over === 'no') this.#over = how
    this.#wake?.()
  }
}
