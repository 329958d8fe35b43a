import type { Reason } from '../core/reason.js'

/** Why a handshake failed, as the audit log names it. */
export function handshakeReason(error: unknown): Reason {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'handshake_timeout'
  return (error as NodeJS.ErrnoException).code === 'ERR_SSL_NO_APPLICATION_PROTOCOL'
    ? 'alpn_mismatch'
    : 'handshake_failed'
}
