/** Timers cannot wait longer (2^31 - 1 ms, nearly 25 days); they would fire at once. */
export const LONGEST_WAIT = 2 ** 31 - 1

/** The time of day, and timers; replaced in tests. */
export interface WallClock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls back once, after at most {@link LONGEST_WAIT} milliseconds. */
  after(milliseconds: number, callback: () => void): { cancel(): void }
}

export const WALL_CLOCK: WallClock = {
  now: Date.now,
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds)
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}
