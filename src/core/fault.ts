import type { Reason } from './audit-event.js'

/**
 * What can go wrong in answering a command, by meaning. `protocol/replies` gives each kind its reply, so a
 * client only ever sees fixed text; the cause stays in the operational log.
 */
export const FAULT_KINDS = [
  // the command itself
  'syntax',
  'line_too_long',
  'unknown_command',
  'encoding',
  'bad_parameter',
  'bad_sequence',
  'not_logged_in',
  'login_refused',
  'already_logged_in',
  // files: absent and forbidden share one reply, so that probing maps nothing
  'not_found',
  'denied',
  'exists',
  'not_a_file',
  'not_a_directory',
  'not_empty',
  'name_not_allowed',
  'other_filesystem',
  'bad_range',
  'busy',
  'overloaded',
  'no_space',
  'too_large',
  'storage_error',
  'audit_unavailable',
  // the data connection
  'no_passive',
  'no_passive_port',
  'no_ipv4',
  'data_timeout',
  'data_handshake',
  'data_not_resumed',
  'data_stalled',
  'data_cut',
  'aborted',
  'file_shrank',
  // everything unforeseen
  'internal',
] as const

export type FaultKind = (typeof FAULT_KINDS)[number]

export interface FaultDetail {
  /** The code written to the audit log; defaults to the kind. */
  readonly reason?: Reason
  /** Of a `denied`: the right that was missing, or several of which any would have done. For the audit log. */
  readonly right?: string
  readonly cause?: unknown
}

/** The one error type that crosses layers. Anything else that is thrown is a bug and answered with 451. */
export class Fault extends Error {
  readonly kind: FaultKind
  readonly reason: Reason
  readonly right: string | undefined

  constructor(kind: FaultKind, detail: FaultDetail = {}) {
    super(kind, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'Fault'
    this.kind = kind
    this.reason = detail.reason ?? kind
    this.right = detail.right
  }
}

/** Turns whatever was thrown into a Fault; a stranger becomes `internal` and keeps its cause. */
export const toFault = (thrown: unknown): Fault =>
  thrown instanceof Fault ? thrown : new Fault('internal', { cause: thrown })

/** Why the signal fired: the Fault it was given, or just `aborted`. */
export const abortFault = (signal: AbortSignal): Fault =>
  signal.reason instanceof Fault ? signal.reason : new Fault('aborted')
