/** So many within so long. */
interface Rule {
  readonly count: number
  /** Milliseconds. */
  readonly window: number
}

/** What `reconfigure` may change while counters go on. */
export interface LimitOptions {
  /** Connections at a time. */
  readonly maxSessions: number
  /** Connections at a time from one address. */
  readonly maxSessionsPerAddress: number
  /** New connections from one address. */
  readonly connectionRate: Rule
  /** Failed logins of one user from one address, and how long that pair is refused then, in milliseconds. */
  readonly userFailures: Rule & { readonly block: number }
  /** Failed logins from one address, and how long it is banned then, in milliseconds. */
  readonly addressFailures: Rule & { readonly ban: number }
}
