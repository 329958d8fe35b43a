import type { Line } from '../protocol/line-reader.js'

/** Most commands that may wait; a peer that sends more is not read until some are done. */
const CAPACITY = 64

/** The commands that wait for their turn: one producer (the reader), one consumer (the session's loop). */
export class Inbox {
  readonly #lines: Line[] = []
  #closed = false
  #wakeConsumer: (() => void) | undefined
  #wakeProducer: (() => void) | undefined

  get empty(): boolean {
    return this.#lines.length === 0
  }

  /** Resolves when there is room for the next one. */
  async put(line: Line): Promise<void> {
    this.#lines.push(line)
    this.#wakeConsumer?.()
    while (this.#lines.length >= CAPACITY && !this.#closed) {
      await new Promise<void>(resolve => {
        this.#wakeProducer = resolve
      })
    }
  }

  /** The next line; undefined once closed. */
  async take(): Promise<Line | undefined> {
    while (this.#lines.length === 0 && !this.#closed) {
      await new Promise<void>(resolve => {
        this.#wakeConsumer = resolve
      })
    }
    if (this.#closed) return undefined
    const line = this.#lines.shift()
    this.#wakeProducer?.()
    return line
  }

  /** What still waits is dropped: there is nobody left to answer. */
  close(): void {
    this.#closed = true
    this.#lines.length = 0
    this.#wakeConsumer?.()
    this.#wakeProducer?.()
  }
}
