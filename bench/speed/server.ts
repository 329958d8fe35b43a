import type { RowKind } from './row.js'

/** Where the servers find what they need; all serve the same folder. */
export interface Stage {
  /** A folder that a server may write its configuration to. */
  readonly folder: string
  /** What the user sees as `/`. */
  readonly home: string
  readonly cert: string
  readonly key: string
  /** `from-to` */
  readonly passive: string
}

export interface Address {
  readonly port: number
  readonly user: string
  /** Who uploads, where that is somebody else. */
  readonly uploader?: string
  readonly password: string
  /** TLS begins with AUTH TLS and not with the first byte: for a server that has no implicit mode. */
  readonly explicit: boolean
}

export interface RunningServer extends AsyncDisposable, Address {
  readonly pid: number
}

export interface Server {
  /** For `--only`, and the heading of its column. */
  readonly id: string
  /** What it takes part in; undefined: everything. */
  readonly rows?: readonly RowKind[]
  /** Why it cannot take part; undefined when it can. */
  missing(): Promise<string | undefined>
  open(stage: Stage): Promise<RunningServer>
}

/** What can be sent to another process. */
export const addressOf = ({ port, user, password, explicit }: Address): Address => ({
  port,
  user,
  password,
  explicit,
})
