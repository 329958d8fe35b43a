import { createSecureContext, type SecureContext } from 'node:tls'
import { type Certificate, CertificateChoice } from './certificate-choice.js'
import { type MinVersion, tlsPolicy } from './policy.js'
import { ResumableSessions } from './resumable-sessions.js'

export interface TlsMaterial {
  /** One or more; the first is for clients that ask for no name, or an unknown one. */
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
  #choice: CertificateChoice

  /** @throws Error when a certificate and its key do not fit or cannot be read */
  constructor(material: TlsMaterial) {
    this.#choice = choose(material)
  }

  /** When each certificate expires, in the order they were given in. */
  get expiries(): readonly Date[] {
    return this.#choice.expiries
  }

  /** `serverName` is the name the client asks for by SNI; its data connections then get the same certificate. */
  take(serverName?: string): SessionTls {
    return { context: this.#choice.contextFor(serverName), sessions: new ResumableSessions() }
  }

  /** New connections get the new certificate; sessions keep the one they have. @throws Error as the constructor */
  replace(material: TlsMaterial): void {
    this.#choice = choose(material)
  }
}

const choose = (material: TlsMaterial): CertificateChoice =>
  new CertificateChoice(material.certificates, chosen => build({ ...material, certificates: chosen }))

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
