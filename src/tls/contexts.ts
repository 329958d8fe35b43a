import { randomBytes } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import { type MinVersion, tlsPolicy } from './policy.js'
import { SessionIds } from './session-ids.js'

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

/** What the TLS connections of one session share, and no other session has. */
export interface SessionTls {
  readonly context: SecureContext
  readonly ids: SessionIds
}

/** Session ticket keys: name, HMAC and AES key, 16 bytes each. */
const TICKET_KEYS_BYTES = 48
/** Contexts built while the process is idle, so that a new connection does not wait for one (0.5 to 2 ms each). */
const AHEAD = 4

/**
 * Gives each control connection a TLS context with ticket keys of its own. Its data connections are accepted with the
 * same context: one that resumes can only come from a client that holds this very session's secrets, never another's
 * (vsftpd takes any ticket it ever issued, CVE-2026-119568).
 */
export class SessionContexts {
  #material: TlsMaterial
  #ready: SecureContext[] = []
  #filling: NodeJS.Immediate | undefined

  /** @throws Error when a certificate and its key do not fit or cannot be read */
  constructor(material: TlsMaterial) {
    this.#material = material
    this.#ready.push(build(material))
  }

  take(): SessionTls {
    this.#fill()
    return { context: this.#ready.pop() ?? build(this.#material), ids: new SessionIds() }
  }

  /** New connections get the new certificate; sessions keep the one they have. @throws Error as the constructor */
  replace(material: TlsMaterial): void {
    const first = build(material)
    this.#material = material
    this.#ready = [first]
  }

  #fill(): void {
    this.#filling ??= setImmediate(() => {
      this.#filling = undefined
      if (this.#ready.length >= AHEAD) return
      this.#ready.push(build(this.#material))
      this.#fill()
    }).unref()
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
    ticketKeys: randomBytes(TICKET_KEYS_BYTES),
  })
}
