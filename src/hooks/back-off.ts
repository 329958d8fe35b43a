export interface Retry {
  /** Milliseconds before the second attempt; doubled for each one after it. */
  readonly delay: number
  /** Most milliseconds between two attempts. */
  readonly maxDelay: number
  /** Milliseconds since the upload after which no more attempts are begun. */
  readonly giveUpAfter: number
}

/**
 * Milliseconds from the end of this attempt (from 1) to the next: exponential, and half of it by chance, so that
 * what failed together does not come back together.
 *
 * @param random from 0 to 1
 */
export function backOff({ delay, maxDelay }: Retry, attempt: number, random: number): number {
  const full = Math.min(delay * 2 ** (attempt - 1), maxDelay)
  return Math.round(full * (0.5 + random / 2))
}
