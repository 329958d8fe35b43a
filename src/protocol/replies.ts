import type { AuditEvent } from '../core/audit-event.js'
import type { FaultKind } from '../core/reason.js'
import type { Charset } from './charset.js'

/**
 * Every reply there is, by meaning: its code and the text clients see. Nothing of the host, the version or the
 * cause of an error is ever in one (docs/replies.md lists them; a test keeps the two equal).
 */
export const REPLIES = {
  // 1xx: exactly one final reply follows
  opening: [150, 'Opening data connection.'],
  // 2xx
  done: [200, 'OK.'],
  not_needed: [202, 'Not necessary here.'],
  system_status: [211, 'System status.'],
  folder_status: [212, 'Folder status.'],
  file_status: [213, 'Status.'],
  file_fact: [213, 'File status.'],
  help: [214, 'Help.'],
  system_type: [215, 'UNIX Type: L8'],
  greeting: [220, 'Service ready.'],
  goodbye: [221, 'Goodbye.'],
  nothing_to_abort: [225, 'No transfer in progress.'],
  transferred: [226, 'Transfer complete.'],
  aborted: [226, 'Abort successful.'],
  passive: [227, 'Entering Passive Mode.'],
  extended_passive: [229, 'Entering Extended Passive Mode.'],
  logged_in: [230, 'Logged in.'],
  action_done: [250, 'Done.'],
  pathname: [257, 'Current folder.'],
  // 3xx
  need_password: [331, 'Password required.'],
  need_code: [332, 'One-time code required: send it with ACCT.'],
  pending: [350, 'Waiting for the next command.'],
  // 4xx: try again
  closing: [421, 'Closing the control connection.'],
  no_data_connection: [425, 'No data connection: send PASV or EPSV first.'],
  no_passive_port: [425, 'No passive port is free now, try again.'],
  no_ipv4: [425, 'PASV needs IPv4 here: use EPSV.'],
  data_timeout: [425, 'No data connection came in time.'],
  transfer_aborted: [426, 'Transfer aborted.'],
  data_cut: [426, 'The data connection ended before its TLS close_notify: the file is incomplete.'],
  data_stalled: [426, 'The data connection stalled.'],
  busy: [450, 'The file is in use, try again later.'],
  overloaded: [450, 'The server is busy with such requests, try again later.'],
  local_error: [451, 'Local error, the command was not completed.'],
  file_shrank: [451, 'The file became shorter while it was being sent.'],
  no_space: [452, 'Not enough storage space.'],
  // 5xx: do not try again like this
  syntax: [500, 'Not a command.'],
  unknown_command: [500, 'Unknown command.'],
  line_too_long: [500, 'Line too long.'],
  bad_parameter: [501, 'Syntax error in the argument.'],
  bad_encoding: [501, 'The argument is not valid in the character set of this session.'],
  not_implemented: [502, 'Not available on this server.'],
  no_active_mode: [502, 'There is no active mode: use PASV or EPSV.'],
  bad_sequence: [503, 'Wrong order of commands.'],
  already_protected: [503, 'The connection is protected by TLS already.'],
  bad_value: [504, 'This value is not supported.'],
  not_logged_in: [530, 'Log in first.'],
  login_refused: [530, 'Login incorrect.'],
  protection_required: [534, 'The protection level cannot be lowered.'],
  protection_unsupported: [536, 'This protection level is not supported.'],
  data_handshake: [522, 'The TLS handshake on the data connection failed.'],
  data_not_resumed: [
    522,
    'The data connection must resume the TLS session of the control connection (dataSession: require).',
  ],
  family_unsupported: [522, 'Network protocol not supported.'],
  not_available: [550, 'No such file or folder, or not permitted.'],
  not_a_file: [550, 'Not a plain file.'],
  not_a_folder: [550, 'Not a folder.'],
  not_empty: [550, 'The folder is not empty.'],
  // FileZilla goes on after "already exists" when another of its connections made the folder, FluentFTP after "folder
  // already exist"; at other words they report a failure.
  exists: [550, 'This file or folder already exists.'],
  no_quota: [550, 'There is no quota for this.'],
  // FluentFTP looks for "not allowed in ascii".
  size_needs_image: [550, 'SIZE is not allowed in ASCII mode: send TYPE I first.'],
  too_large: [552, 'The file is larger than allowed.'],
  quota_exceeded: [552, 'The quota is exceeded.'],
  name_not_allowed: [553, 'This name is not allowed.'],
  other_filesystem: [553, 'Cannot be renamed across file systems.'],
  restart_needs_image: [554, 'A restart position is exact under TYPE I only: send TYPE I first.'],
  bad_restart: [554, 'The restart position is beyond the end of the file.'],
} as const satisfies Record<string, readonly [code: number, text: string]>

export type ReplyName = keyof typeof REPLIES

export interface Reply {
  readonly name: ReplyName
  /** In place of the catalogue's text. */
  readonly text?: string
  /** The inner lines of a reply of many lines. */
  readonly lines?: readonly string[]
  /** Recorded before the reply goes out; several in this order. */
  readonly event?: AuditEvent | readonly AuditEvent[]
}

/** What a fault of each kind is answered with. */
export const FAULT_REPLIES: Readonly<Record<FaultKind, ReplyName>> = {
  syntax: 'syntax',
  line_too_long: 'line_too_long',
  unknown_command: 'unknown_command',
  encoding: 'bad_encoding',
  bad_parameter: 'bad_parameter',
  unsupported: 'bad_value',
  bad_sequence: 'bad_sequence',
  not_logged_in: 'not_logged_in',
  login_refused: 'login_refused',
  not_found: 'not_available',
  denied: 'not_available',
  exists: 'exists',
  not_a_file: 'not_a_file',
  not_a_directory: 'not_a_folder',
  not_empty: 'not_empty',
  name_not_allowed: 'name_not_allowed',
  other_filesystem: 'other_filesystem',
  bad_range: 'bad_restart',
  busy: 'busy',
  overloaded: 'overloaded',
  no_space: 'no_space',
  too_large: 'too_large',
  quota_exceeded: 'quota_exceeded',
  storage_error: 'local_error',
  audit_unavailable: 'local_error',
  no_passive: 'no_data_connection',
  no_passive_port: 'no_passive_port',
  no_ipv4: 'no_ipv4',
  data_timeout: 'data_timeout',
  data_handshake: 'data_handshake',
  data_not_resumed: 'data_not_resumed',
  data_stalled: 'data_stalled',
  data_cut: 'data_cut',
  aborted: 'transfer_aborted',
  file_shrank: 'file_shrank',
  internal: 'local_error',
}

export const codeOf = (name: ReplyName): number => REPLIES[name][0]

/**
 * The reply as it goes over the wire (RFC 959 §4.2): `ddd text`, or `ddd-text`, inner lines, `ddd End.`. An inner
 * line that starts with three digits could be taken for the last one, so it is indented.
 */
export function formatReply({ name, text, lines }: Reply): string {
  const [code, standard] = REPLIES[name]
  const first = oneLine(text ?? standard)
  if (lines === undefined) return `${code} ${first}\r\n`
  const inner = lines.map(line => {
    const safe = oneLine(line)
    return /^\d{3}/.test(safe) ? ` ${safe}\r\n` : `${safe}\r\n`
  })
  return `${code}-${first}\r\n${inner.join('')}${code} End.\r\n`
}

/**
 * The reply in a character set. What a handler quotes was typed in it, so that it can be written; should it not, the
 * client is told of an error rather than of a name that could be another file's.
 */
export const encodeReply = (reply: Reply, charset: Charset): Uint8Array =>
  charset.encode(formatReply(reply)) ?? Buffer.from(formatReply({ name: 'local_error' }))

/** Whatever a reply quotes, it cannot start a reply of its own. */
const oneLine = (text: string): string => text.replace(/[\r\n\0]/g, '?')
