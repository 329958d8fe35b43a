import { createSecureContext, type SecureContext } from 'node:tls'
import { type MinVersion, tlsPolicy } from './policy.js'
import { ResumableSessions } from './resumable-sessions.js'

interface Certificate {
  /** PEM: the certificate, then its intermediates. */
  readonly cert: string
  /** PEM */
  readonly key: string
}

export interface TlsMaterial {
  /** One, or two of different key types (ECDSA and RSA). */
  readonly certificates: readonly Certificate[]
  readonly minVersion: MinVersion
}

/** What the TLS connections of one session have in common. */
export interface SessionTls {
  readonly context: SecureContext
  /** Of this session alone. */
  readonly sessions: ResumableSessions
}

/** The certificates in use. Each control connection takes what it and its data connections need. */
export class SessionContexts {
  #context: SecureContext

  /** @throws Error when a certificate and its key do not fit or cannot be read */
  constructor(material: TlsMaterial) {
    this.#context = build(material)
  }

  take(): SessionTls {
    return { context: this.#context, sessions: new ResumableSessions() }
  }

  /** New connections get the new certificate; sessions keep the one they have. @throws Error as the constructor */
  replace(material: TlsMaterial): void {
    this.#context = build(material)
  }
}

function build({ certificates, minVersion }: TlsMaterial): SecureContext {
  const cert = certificates.map(certificate => certificate.cert)
  return createSecureContext({
    ...tlsPolicy(minVersion),
    cert,
    key: certificates.map(certificate => certificate.key),
    // Nobody's certificate is checked here; naming any keeps Node from parsing its whole root store each time.
    ca: cert,
  })
}
