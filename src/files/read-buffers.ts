import { sharedBuffer } from '../core/shared-memory.js'

/** Bytes per read: 1 MiB moves up to twice as much per second as 64 KiB. */
const LARGE = 1024 * 1024
const SMALL = 32 * 1024
/**
 * Large buffers that all downloads hold together, two for each at full speed. A peer that does not read keeps what
 * waits for it, encrypted once more: thousands of them must not take the memory of everybody.
 */
const MOST_LARGE = 16

let largeHeld = 0

/** Large ones in memory that a worker sees too: it sends from there. */
const allocateFor = (bytes: number): Buffer =>
  bytes > SMALL ? sharedBuffer(bytes) : Buffer.allocUnsafeSlow(bytes)

/** The buffers of one download, used in turn; the one handed out before the last is free again. */
export class ReadBuffers implements Disposable {
  readonly #most: number
  readonly #allocate: typeof allocateFor
  #next: Buffer | undefined
  #last: Buffer | undefined
  #large = 0

  /** @param length bytes that there are to read */
  constructor(length: number, allocate = allocateFor) {
    this.#most = Math.min(LARGE, length)
    this.#allocate = allocate
  }

  next(): Buffer {
    const buffer = this.#grown(this.#next)
    this.#next = this.#last
    this.#last = buffer
    return buffer
  }

  [Symbol.dispose](): void {
    largeHeld -= this.#large
    this.#large = 0
  }

  /** A large one where there may be another, even in the middle of a download. */
  #grown(buffer: Buffer | undefined): Buffer {
    if (buffer !== undefined && (buffer.length > SMALL || buffer.length === this.#most)) return buffer
    if (this.#most > SMALL && largeHeld < MOST_LARGE) {
      largeHeld++
      this.#large++
      return this.#allocate(this.#most)
    }
    return buffer ?? this.#allocate(Math.min(SMALL, this.#most))
  }
}
