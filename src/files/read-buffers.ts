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

/**
 * Large ones that nobody holds. A fresh one costs a page fault for every 4 KiB of it; and V8, which counts shared memory
 * nowhere, is in no hurry to collect what every thread has of an old one: of 1 MiB each that comes to a gigabyte.
 */
const kept: Buffer[] = []

/** In memory that a worker sees too: it sends from there. Holds bytes of earlier files. */
const takeLarge = (): Buffer => kept.pop() ?? sharedBuffer(LARGE)

/**
 * The buffers of one download, used in turn; the one handed out before the last is free again. To be disposed once
 * nobody reads the last ones any more: others get them then.
 */
export class ReadBuffers implements Disposable {
  readonly #most: number
  readonly #allocateSmall: (bytes: number) => Buffer
  #next: Buffer | undefined
  #last: Buffer | undefined
  readonly #large: Buffer[] = []

  /** @param length bytes that there are to read */
  constructor(length: number, allocateSmall: (bytes: number) => Buffer = Buffer.allocUnsafeSlow) {
    this.#most = Math.min(LARGE, length)
    this.#allocateSmall = allocateSmall
  }

  next(): Buffer {
    const buffer = this.#grown(this.#next)
    this.#next = this.#last
    this.#last = buffer
    return buffer
  }

  [Symbol.dispose](): void {
    this.#next = undefined
    this.#last = undefined
    largeHeld -= this.#large.length
    kept.push(...this.#large.splice(0))
  }

  /** A large one where there may be another, even in the middle of a download. */
  #grown(buffer: Buffer | undefined): Buffer {
    if (buffer !== undefined && (buffer.length > SMALL || buffer.length === this.#most)) return buffer
    if (this.#most > SMALL && largeHeld < MOST_LARGE) {
      const large = takeLarge()
      largeHeld++
      this.#large.push(large)
      return large
    }
    return buffer ?? this.#allocateSmall(Math.min(SMALL, this.#most))
  }
}
