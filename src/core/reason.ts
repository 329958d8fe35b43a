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
  'unsupported',
  'bad_sequence',
  'not_logged_in',
  'login_refused',
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
  'quota_exceeded',
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

/** Reasons that are not the kind of a fault. Together with {@link FaultKind} this is the closed list. */
export const REASONS = [
  // connections
  'banned',
  'too_many_connections',
  'too_many_connections_from_address',
  'connection_rate',
  'shutting_down',
  'proxy_header_missing',
  'proxy_header_malformed',
  'handshake_timeout',
  'handshake_failed',
  'alpn_mismatch',
  // logins
  'unknown_user',
  'wrong_password',
  'wrong_code',
  'replayed_code',
  'code_missing',
  'user_disabled',
  'user_expired',
  'user_not_yet_valid',
  'outside_hours',
  'address_not_allowed',
  'certificate_missing',
  'certificate_mismatch',
  'certificate_untrusted',
  'certificate_expired',
  'certificate_purpose',
  'certificate_revoked',
  'certificate_status_unknown',
  'too_many_sessions',
  'too_many_failures',
  'user_blocked',
  'verification_queue_full',
  'malformed_credentials',
  'limiter_unavailable',
  // ends of sessions
  'quit',
  'peer_closed',
  'connection_lost',
  'login_timeout',
  'idle_timeout',
  'protocol_abuse',
  'foreign_protocol',
  'user_removed',
  'credentials_changed',
  'rights_reduced',
  'ended_by_operator',
  // data connections
  'foreign_address',
  'not_resumed',
  'worker_lost',
  // hooks that tell of an upload
  'hook_queue_full',
  'hook_queue_failed',
  'hook_timeout',
  'hook_unreachable',
  'hook_rejected',
  // configuration
  'invalid_configuration',
  'certificate_expires_soon',
] as const

export type Reason = (typeof REASONS)[number] | FaultKind
