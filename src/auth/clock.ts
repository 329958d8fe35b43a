/** The time of day, and timers; replaced in tests. */
export interface WallClock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls back once, after at most `LONGEST_WAIT` milliseconds (core/timers.ts). */
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
