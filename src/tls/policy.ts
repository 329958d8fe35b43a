import { constants } from 'node:crypto'
import { createSecureContext, type SecureContextOptions } from 'node:tls'

/**
 * Authenticated encryption with forward secrecy only. AES-128 comes first: as safe as needed and a fifth faster than
 * AES-256. The close verdict relies on every suite here adding a constant number of bytes to each record.
 */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

const CLASSIC_GROUPS = 'X25519:P-256:P-384:P-521'
/**
 * Safe against a recording decrypted by a later quantum computer; OpenSSL has it since 3.5. By the slash a client that
 * knows it, but sent no key for it, is asked for one, rather than given X25519 (RFC 8446 §4.1.4).
 */
const HYBRID_GROUPS = `X25519MLKEM768/${CLASSIC_GROUPS}`

/** Seconds a session can be resumed. Node's 300 break long FileZilla sessions, which end when that fails. */
const SESSION_LIFETIME_S = 86_400

export type MinVersion = 'TLSv1.2' | 'TLSv1.3'

/** What every TLS context of this server has in common, whatever its certificate. */
export const tlsPolicy = (minVersion: MinVersion): SecureContextOptions => ({
  minVersion,
  maxVersion: 'TLSv1.3',
  ciphers: CIPHERS,
  honorCipherOrder: true,
  ecdhCurve: supportedGroups(),
  sessionTimeout: SESSION_LIFETIME_S,
  secureOptions:
    // CVE-2011-1473: a client cannot make the server work by renegotiating.
    constants.SSL_OP_NO_RENEGOTIATION |
    constants.SSL_OP_NO_COMPRESSION |
    // Sessions stay with the server (resumable-sessions.ts).
    constants.SSL_OP_NO_TICKET |
    // Clients without AES in hardware prefer ChaCha20 and say so by their order.
    constants.SSL_OP_PRIORITIZE_CHACHA,
})

let groups: string | undefined

function supportedGroups(): string {
  if (groups === undefined) {
    try {
      createSecureContext({ ecdhCurve: HYBRID_GROUPS })
      groups = HYBRID_GROUPS
    } catch {
      groups = CLASSIC_GROUPS
    }
  }
  return groups
}
