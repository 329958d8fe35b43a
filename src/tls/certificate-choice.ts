import { X509Certificate } from 'node:crypto'

import type { BuiltContext } from './contexts.js'

export interface Certificate {
  /** PEM: the certificate, then its intermediates. */
  readonly cert: string
  /** PEM */
  readonly key: string
}

interface Candidate extends Certificate {
  readonly x509: X509Certificate
  /** `ec` or `rsa`. */
  readonly kind: string | undefined
}

type Build = (certificates: readonly Certificate[]) => BuiltContext

/**
 * Which certificates a connection gets: those for the name it asks for (SNI), of each kind of key the first in the
 * list. OpenSSL then takes ECDSA for clients that can and RSA for the others. A name nobody has, or none, gets the
 * first certificate, and the one of the other kind that has a name in common with it.
 *
 * Node's own SNICallback hands over one certificate of a context only, so a pair would be torn apart by it.
 */
export class CertificateChoice {
  readonly #candidates: readonly Candidate[]
  readonly #build: Build
  readonly #built = new Map<string, BuiltContext>()
  /** For a name nobody has, or none. */
  readonly #standard: BuiltContext

  /** @throws Error when a certificate and its key do not fit or cannot be read */
  constructor(certificates: readonly Certificate[], build: Build) {
    this.#build = build
    this.#candidates = certificates.map(certificate => {
      const x509 = new X509Certificate(certificate.cert)
      return { ...certificate, x509, kind: x509.publicKey.asymmetricKeyType }
    })
    // Each by itself, so that one that does not work is found now and not by a client.
    for (const candidate of this.#candidates) this.#contextOf([candidate])
    const [first] = this.#candidates
    const standard = this.#candidates.filter(({ x509 }) => first && shareName(first.x509, x509))
    this.#standard = this.#contextOf(onePerKind(standard))
  }

  /** When each certificate expires, in the order of the list. */
  get expiries(): readonly Date[] {
    return this.#candidates.map(({ x509 }) => new Date(x509.validTo))
  }

  /** `name` as a client sends it: without a wildcard, in lower case. */
  contextFor(name: string | undefined): BuiltContext {
    const named = name === undefined ? [] : this.#candidates.filter(({ x509 }) => isFor(x509, name))
    return named.length > 0 ? this.#contextOf(onePerKind(named)) : this.#standard
  }

  #contextOf(chosen: readonly Candidate[]): BuiltContext {
    const id = chosen.map(candidate => this.#candidates.indexOf(candidate)).join()
    const context = this.#built.get(id) ?? this.#build(chosen)
    this.#built.set(id, context)
    return context
  }
}

/** RFC 6125 §6.4.3: a wildcard stands for one whole label, the leftmost. The common name counts where there is no SAN. */
const isFor = (certificate: X509Certificate, name: string): boolean =>
  certificate.checkHost(name, { partialWildcards: false }) !== undefined

/** Of each kind of key the first. */
const onePerKind = (candidates: readonly Candidate[]): Candidate[] =>
  candidates.filter(({ kind }, index) => candidates.findIndex(other => other.kind === kind) === index)

/** Whether two certificates are for some name, address or wildcard that is the same. */
export function shareName(one: X509Certificate, other: X509Certificate): boolean {
  const names = certificateNames(one)
  return certificateNames(other).some(name => names.includes(name))
}

/** As Node writes them, `DNS:` or `IP Address:` in front; the subject where there is no SAN. */
const certificateNames = ({ subjectAltName, subject }: X509Certificate): string[] =>
  (subjectAltName ?? subject).toLowerCase().split(', ')
