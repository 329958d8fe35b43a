import type { Clock, Timer } from './clock.js'

/** How far ahead of its rate a direction may get after it was idle, in milliseconds of that rate. */
const BURST_MS = 250
/** What is asked for at a time, in milliseconds of the rate: short, so that several connections take turns smoothly. */
const QUANTUM_MS = 1000 / 16
/** Bounds of that, in bytes: less would be all overhead, more all at once. */
const QUANTUM_BYTES = { least: 1024, most: 1024 * 1024 }

interface Waiter {
  readonly bytes: number
  readonly go: () => void
}

/**
 * One user's bandwidth in one direction: a token bucket, kept as the time at which it will be paid off. Who waits longest
 * goes first, so connections that ask again and again take turns.
 */
export class TokenBucket {
  readonly #clock: Clock
  readonly #waiting = new Set<Waiter>()
  #rate: number
  /** Before this moment nobody may go on. */
  #paidOff = Number.NEGATIVE_INFINITY
  #timer: Timer | undefined

  constructor(clock: Clock, rate: number) {
    this.#clock = clock
    this.#rate = rate
  }

  get limited(): boolean {
    return Number.isFinite(this.#rate)
  }

  /** Bytes to ask for at a time. */
  get quantum(): number {
    const { least, most } = QUANTUM_BYTES
    return Math.min(most, Math.max(least, Math.floor((this.#rate * QUANTUM_MS) / 1000)))
  }

  /** Milliseconds until it is as if it had never been used. */
  get untilFull(): number {
    return Math.max(0, this.#paidOff - (this.#clock.now() - BURST_MS))
  }

  /** Bytes per second, or infinity. */
  setRate(rate: number): void {
    if (rate === this.#rate) return
    // What is owed is owed in time, so nobody waits longer for what moved at another rate.
    this.#rate = rate
    if (!this.limited) this.#paidOff = Number.NEGATIVE_INFINITY
    this.#serve()
  }

  /** Resolves when the bytes may move. Rejects when the signal fires before. */
  take(bytes: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason)
        return
      }
      const leave = () => {
        this.#waiting.delete(waiter)
        this.#serve()
        reject(signal.reason)
      }
      const go = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const waiter: Waiter = { bytes, go }
      this.#waiting.add(waiter)
      signal.addEventListener('abort', leave, { once: true })
      this.#serve()
    })
  }

  /** Bytes that were taken and did not move. */
  giveBack(bytes: number): void {
    this.#pay(-bytes)
    this.#serve()
  }

  #pay(bytes: number): void {
    if (this.limited) this.#paidOff += (bytes / this.#rate) * 1000
  }

  #serve(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const now = this.#clock.now()
    for (const waiter of this.#waiting) {
      if (this.#paidOff > now) {
        this.#timer = this.#clock.after(this.#paidOff - now, () => this.#serve())
        return
      }
      this.#waiting.delete(waiter)
      this.#paidOff = Math.max(this.#paidOff, now - BURST_MS)
      this.#pay(waiter.bytes)
      waiter.go()
    }
  }
}
