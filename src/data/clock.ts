export interface Timer {
  cancel(): void
}

/** Time, and timers on it; replaced in tests. */
export interface Clock {
  /** Milliseconds that never go back. */
  now(): number
  after(milliseconds: number, callback: () => void): Timer
}

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  after: (milliseconds, callback) => {
    // Rounded up, or the callback would come before its moment and have to wait again.
    const timer = setTimeout(callback, Math.ceil(milliseconds))
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}
