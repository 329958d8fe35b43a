import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import { type Certificate, CertificateChoice } from './certificate-choice.js'
import type { ClientTrust } from './client-trust.js'
import type { SessionTrust } from './peer-certificate.js'
import { type MinVersion, tlsPolicy } from './policy.js'
import { ResumableSessions } from './resumable-sessions.js'

export interface TlsMaterial {
  /** One or more; the first is for clients that ask for no name, or an unknown one. */
  readonly certificates: readonly Certificate[]
  readonly minVersion: MinVersion
  /** For certificates of clients; undefined where none is asked for. */
  readonly clientTrust?: ClientTrust | undefined
}

/** A context and what it is made of, in plain data: a worker makes its own of that. */
export interface BuiltContext {
  readonly context: SecureContext
  readonly recipe: ContextRecipe
}

export interface ContextRecipe {
  /** Equal for equal recipes only. */
  readonly id: number
  readonly options: SecureContextOptions
}

/** What the TLS connections of one session have in common. */
export interface SessionTls extends BuiltContext {
  /** Of this session alone. */
  readonly sessions: ResumableSessions
  readonly clientTrust?: SessionTrust | undefined
}

/** What new connections get, made and known to work. */
export interface PreparedTls {
  readonly choice: CertificateChoice
  readonly clientTrust: ClientTrust | undefined
}

/** The certificates in use. Each control connection takes what it and its data connections need. */
export class SessionContexts {
  #current: PreparedTls

  constructor(prepared: PreparedTls) {
    this.#current = prepared
  }

  /** When each certificate expires, in the order they were given in. */
  get expiries(): readonly Date[] {
    return this.#current.choice.expiries
  }

  /** `serverName` is the name the client asks for by SNI; its data connections then get the same certificate. */
  take(serverName?: string): SessionTls {
    const { choice, clientTrust: atHandshake } = this.#current
    // Where certificates are asked for no longer, what was proven stays as it was.
    const clientTrust = atHandshake && {
      atHandshake,
      current: () => this.#current.clientTrust ?? atHandshake,
    }
    return { ...choice.contextFor(serverName), sessions: new ResumableSessions(), clientTrust }
  }

  /** New connections get the new certificate; sessions keep the one they have. */
  replace(prepared: PreparedTls): void {
    this.#current = prepared
  }
}

/** @throws Error when a certificate and its key do not fit or cannot be read */
export function prepareTls(material: TlsMaterial): PreparedTls {
  const { certificates, clientTrust } = material
  const build = (chosen: readonly Certificate[]) => secureContext({ ...material, certificates: chosen })
  return { choice: new CertificateChoice(certificates, build), clientTrust }
}

let built = 0

function secureContext({ certificates, minVersion, clientTrust }: TlsMaterial): BuiltContext {
  const cert = certificates.map(certificate => certificate.cert)
  const options: SecureContextOptions = {
    ...tlsPolicy(minVersion),
    cert,
    key: certificates.map(certificate => certificate.key),
    // Where nobody's certificate is checked, naming any keeps Node from parsing its whole root store each time.
    ...(clientTrust?.contextOptions ?? { ca: cert }),
    // Without one, OpenSSL keeps no session of a connection that was asked for a certificate.
    sessionIdContext: 'portcullis',
  }
  return { context: createSecureContext(options), recipe: { id: ++built, options } }
}
