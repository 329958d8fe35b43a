/** What the process ends with. */
export const EXIT = {
  fine: 0,
  /** Failed at run time. */
  failed: 1,
  /** Wrong usage or configuration. */
  wrong: 2,
} as const

/** The person at the keyboard can mend it; the message says how. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}
