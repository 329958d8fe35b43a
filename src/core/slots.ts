import { Fault } from './fault.js'

/** So many at a time, so many waiting, first come first served. */
export class Slots {
  readonly #waiting = new Set<() => void>()
  readonly #queue: number
  readonly #full: () => Fault
  #free: number

  /** @param full what those get for whom the queue has no room */
  constructor(concurrency: number, queue: number, full: () => Fault) {
    this.#free = concurrency
    this.#queue = queue
    this.#full = full
  }

  /**
   * Waits for a place and holds it until it is disposed.
   *
   * @throws Fault `full`'s when the queue is full; `aborted` when the signal says so before there is a place
   */
  async take(signal: AbortSignal): Promise<Disposable> {
    if (signal.aborted) throw new Fault('aborted', { cause: signal.reason })
    if (this.#free > 0) this.#free -= 1
    else if (this.#waiting.size < this.#queue) await this.#wait(signal)
    else throw this.#full()
    return { [Symbol.dispose]: () => this.#release() }
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        this.#waiting.delete(begin)
        reject(new Fault('aborted', { cause: signal.reason }))
      }
      this.#waiting.add(begin)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  /** The place goes straight to who waits longest, so that no newcomer takes it in between. */
  #release(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#free += 1
      return
    }
    this.#waiting.delete(next)
    next()
  }
}
