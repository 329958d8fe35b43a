import { createSecureContext, type SecureContext } from 'node:tls'
import type { ClientTrust } from './client-trust.js'
import type { SessionTrust } from './peer-certificate.js'
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
  /** For certificates of clients; undefined where none is asked for. */
  readonly clientTrust?: ClientTrust | undefined
}

/** What the TLS connections of one session have in common. */
export interface SessionTls {
  readonly context: SecureContext
  /** Of this session alone. */
  readonly sessions: ResumableSessions
  readonly clientTrust?: SessionTrust | undefined
}

/** The certificates in use. Each control connection takes what it and its data connections need. */
export class SessionContexts {
  #context: SecureContext
  #clientTrust: ClientTrust | undefined

  /** @throws Error when a certificate and its key do not fit or cannot be read */
  constructor(material: TlsMaterial) {
    this.#context = build(material)
    this.#clientTrust = material.clientTrust
  }

  take(): SessionTls {
    const atHandshake = this.#clientTrust
    // Where certificates are asked for no longer, what was proven stays as it was.
    const clientTrust = atHandshake && { atHandshake, current: () => this.#clientTrust ?? atHandshake }
    return { context: this.#context, sessions: new ResumableSessions(), clientTrust }
  }

  /** New connections get the new certificate; sessions keep the one they have. @throws Error as the constructor */
  replace(material: TlsMaterial): void {
    this.#context = build(material)
    this.#clientTrust = material.clientTrust
  }
}

function build({ certificates, minVersion, clientTrust }: TlsMaterial): SecureContext {
  const cert = certificates.map(certificate => certificate.cert)
  return createSecureContext({
    ...tlsPolicy(minVersion),
    cert,
    key: certificates.map(certificate => certificate.key),
    // Where nobody's certificate is checked, naming any keeps Node from parsing its whole root store each time.
    ...(clientTrust?.contextOptions ?? { ca: cert }),
    // Without one, OpenSSL keeps no session of a connection that was asked for a certificate.
    sessionIdContext: 'portcullis',
  })
}
