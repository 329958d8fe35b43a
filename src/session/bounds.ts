import type { Reason } from '../core/reason.js'

/** Bytes of a command, its end included. */
export const LINE_LIMIT_BEFORE_LOGIN = 512
export const LINE_LIMIT = 4096
/** Commands refused before login that no client sends by mistake this often. */
export const ABUSE_LIMIT = 10
/** The peer went away or must not be answered: no 421 for these. */
export const SILENT_ENDS: readonly Reason[] = ['quit', 'peer_closed', 'connection_lost', 'foreign_protocol']
