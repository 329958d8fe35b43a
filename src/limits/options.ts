/** So many within so long. */
export interface Rule {
  readonly count: number
  /** Milliseconds. */
  readonly window: number
}

/** What `reconfigure` may change while counters go on. Times are milliseconds. */
export interface LimitOptions {
  /** Connections at a time. */
  readonly maxSessions: number
  /** Connections at a time from one address. */
  readonly maxSessionsPerAddress: number
  /** New connections from one address. */
  readonly connectionRate: Rule
  /** TLS handshakes that fail, from one address; then it is banned. */
  readonly handshakeFailures: Rule
  /** Failed logins of one user from one address, and how long that pair is refused then. */
  readonly pairFailures: Rule & { readonly block: number }
  /** Failed logins of one user from all addresses that are not known for it, and how long such are refused then. */
  readonly userFailures: Rule & { readonly block: number }
  /** Failed logins from one address; then it is banned. */
  readonly addressFailures: Rule
  /** How long the first ban is, the longest to which doubling leads, and how long after one that is forgotten. */
  readonly ban: { readonly first: number; readonly longest: number; readonly forget: number }
  /** What holds while a shared store cannot be asked. */
  readonly onStoreFailure: 'closed' | 'open'
}
