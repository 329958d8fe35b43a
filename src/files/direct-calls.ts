import { readFileSync } from 'node:fs'
import { MountTable } from './mount-table.js'

/** A call that took longer had to wait. Milliseconds. */
const WAITED_MS = 2
/** Two that waited among so many are no accident, such as a turn that another process had. */
const CLOSE = 16
/** For so many times as long as those two waited no other is made. */
const REST = 10
/** How long what was read about mounts is good for. Milliseconds. */
const TABLE_MS = 1000

/**
 * System calls made on the main thread. What the kernel has in memory it tells in a few microseconds; to another thread
 * and back takes ten times that, of processor time too. Only for what looks or reads and is small, only where no other
 * machine has a say, and not for a while once they have to wait: for a disk that turns, or a program that checks what
 * is opened. Everything else goes to Node's threads, where it may take as long as it likes.
 */
export class DirectCalls {
  readonly #readMounts: () => string
  readonly #now: () => number
  #table: MountTable | undefined
  #readAt = Number.NEGATIVE_INFINITY
  #notBefore = Number.NEGATIVE_INFINITY
  /** Calls since one waited, and for how long that was. */
  #since = CLOSE
  #waited = 0

  /** @param readMounts gives what /proc/self/mountinfo has, one byte a character */
  constructor(readMounts: () => string, now: () => number = () => performance.now()) {
    this.#readMounts = readMounts
    this.#now = now
  }

  /** What is mounted now, or was a moment ago: the same object until it changes; undefined when nobody can tell. */
  get mounts(): MountTable | undefined {
    if (this.#now() - this.#readAt < TABLE_MS) return this.#table
    this.#readAt = this.#now()
    try {
      const text = this.#readMounts()
      if (text !== this.#table?.text) this.#table = new MountTable(text)
    } catch {
      this.#table = undefined
    }
    return this.#table
  }

  /** Whether one may be made now. */
  get allowed(): boolean {
    return this.#now() >= this.#notBefore
  }

  /** Makes one. Throws what it throws. */
  make<T>(call: () => T): T {
    const began = this.#now()
    try {
      return call()
    } finally {
      this.#note(began, this.#now())
    }
  }

  #note(began: number, ended: number): void {
    this.#since++
    const took = ended - began
    if (took <= WAITED_MS) return
    if (this.#since < CLOSE) this.#notBefore = ended + REST * (this.#waited + took)
    this.#since = 0
    this.#waited = took
  }
}

/** Of the process, as its main thread is. Synchronous: /proc answers from memory. */
export const directCalls = new DirectCalls(() => readFileSync('/proc/self/mountinfo', 'latin1'))
