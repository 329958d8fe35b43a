import type { AuditEvent } from '../core/audit-event.js'
import type { Audit, ControlConnection, DataChannel, Log } from '../core/ports.js'
import type { LoginServices } from './login.js'
import type { Roster } from './roster.js'

export interface SessionOptions {
  readonly greeting: string
  /** Milliseconds from the greeting to a successful login. */
  readonly loginTimeout: number
  /** Milliseconds without a command, transfers not counted. */
  readonly idleTimeout: number
}

export interface SessionServices extends LoginServices {
  readonly audit: Audit
  readonly log: Log
  readonly roster: Roster
  /** Read at the start of each session, so that a reload reaches the next one. */
  readonly sessionOptions: SessionOptions
}

export interface SessionConnection {
  readonly id: string
  readonly control: ControlConnection
  /** Opens the session's data channel, whose events go through `record`. */
  openData(record: (event: AuditEvent) => void): DataChannel
}
