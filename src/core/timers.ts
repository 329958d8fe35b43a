/** Milliseconds. Timers cannot wait longer (2^31 - 1 ms, nearly 25 days); they would fire at once. */
export const LONGEST_WAIT = 2 ** 31 - 1
