import type { Socket } from 'node:net'
import type { Pace } from './pace.js'
import { BUFFER_BYTES, giveBack, takeBuffer } from './upload-buffers.js'
import { dropBuffer } from './young-garbage.js'

/** A file of so many bytes is written as it came; what is larger is collected in buffers. */
const SMALL_BYTES = 128 << 10
/** Bytes that may wait while a write is under way; beyond that the peer is slowed down. */
const MOST_WAITING_BYTES = 3 * BUFFER_BYTES

/** Collects what a data connection brings, in order, with a bound on what waits. */
export class Intake {
  readonly #stream: Socket
  readonly #pace: Pace
  /** The chunks of a small file; no longer used once there was a buffer. */
  #chunks: Buffer[] = []
  readonly #full: Buffer[] = []
  #filling: Buffer | undefined
  #filled = 0
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
   * All of a small file at once, else 1 MiB in shared memory at a time and the rest at the end. A batch is good until
   * the next one is asked for.
   *
   * @throws Error when the connection broke before its end; what came until then was yielded
   */
  async *batches(): AsyncGenerator<Buffer[]> {
    for (;;) {
      while (this.#full.length === 0 && this.#over === 'no') {
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
      }
      const buffer = this.#full.shift() ?? this.#filling
      const bytes = buffer === this.#filling ? this.#filled : BUFFER_BYTES
      if (buffer === this.#filling) this.#filling = undefined
      const batch = buffer ? [buffer.subarray(0, bytes)] : this.#chunks.splice(0)
      if (batch.length === 0) break
      this.#waiting -= buffer ? bytes : this.#waiting
      this.#regulate()
      try {
        yield batch
      } finally {
        if (buffer) giveBack(buffer)
      }
    }
    if (this.#over === 'broken') throw this.#error ?? new Error('the data connection broke')
  }

  #take(chunk: Buffer): void {
    this.#waiting += chunk.length
    this.#received += chunk.length
    this.#count++
    if (this.#received <= SMALL_BYTES) this.#chunks.push(chunk)
    else {
      // Copied while the processor still has them at hand: 64 chunks in as many places cost the thread that writes more.
      for (const earlier of this.#chunks.splice(0)) this.#copy(earlier)
      this.#copy(chunk)
      dropBuffer(chunk.length)
    }
    this.#pace.spend(chunk.length)
    if (this.#waiting >= MOST_WAITING_BYTES || this.#pace.left <= 0) this.#regulate()
    if (this.#full.length > 0) this.#wake?.()
  }

  #copy(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      this.#filling ??= takeBuffer()
      const copied = chunk.copy(this.#filling, this.#filled, at)
      at += copied
      this.#filled += copied
      if (this.#filled < BUFFER_BYTES) continue
      this.#full.push(this.#filling)
      this.#filling = undefined
      this.#filled = 0
    }
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
