import type { Clock, Timer } from '../../src/data/clock.js'

interface Alarm {
  readonly at: number
  readonly callback: () => void
}

/** Time that passes only when a test says so. */
export class FakeClock implements Clock {
  #now = 0
  readonly #alarms = new Set<Alarm>()
  #armed: (() => void) | undefined

  now(): number {
    return this.#now
  }

  after(milliseconds: number, callback: () => void): Timer {
    // whole milliseconds, as the clock of the system
    const alarm = { at: this.#now + Math.ceil(milliseconds), callback }
    this.#alarms.add(alarm)
    this.#armed?.()
    return { cancel: () => void this.#alarms.delete(alarm) }
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#alarms.size
  }

  /** Resolves when a timer is set: somebody waits for time to pass. */
  async armed(): Promise<void> {
    while (this.#alarms.size === 0)
      await new Promise<void>(resolve => {
        this.#armed = resolve
      })
  }

  /** Lets time pass, with every timer at its moment. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (let next = this.#next(); next && next.at <= end; next = this.#next()) this.#ring(next)
    this.#now = end
  }

  /** Goes to the moment of the next timer. */
  skip(): void {
    const next = this.#next()
    if (next) this.#ring(next)
  }

  #next(): Alarm | undefined {
    return [...this.#alarms].sort((a, b) => a.at - b.at)[0]
  }

  #ring(alarm: Alarm): void {
    this.#alarms.delete(alarm)
    this.#now = Math.max(this.#now, alarm.at)
    alarm.callback()
  }
}
