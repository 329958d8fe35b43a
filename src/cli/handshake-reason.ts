import { Fault } from '../core/fault.js'
import type { Reason } from '../core/reason.js'
import { CertificateRefused } from '../tls/peer-certificate.js'

const REASONS: Readonly<Record<string, Reason>> = {
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'alpn_mismatch',
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'certificate_missing',
}

/** Why a handshake failed, as the audit log names it. */
export function handshakeReason(error: unknown): Reason {
  if (error instanceof Fault || error instanceof CertificateRefused) return error.reason
  return REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? 'handshake_failed'
}
