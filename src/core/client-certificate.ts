import type { Reason } from './reason.js'

/** What a client certificate can be recognised by besides its fingerprint. */
export interface CertificateNames {
  /** Values of a subject attribute such as `CN` or `O`, as often as the certificate has it. */
  attribute(name: string): readonly string[]
  /** Subject alternative names: `dns:…`, `email:…`, `uri:…`, `ip:…`. */
  readonly alternative: readonly string[]
}

/** The certificate that a client proved to have in the TLS handshake of its control connection. */
export interface ClientCertificate {
  /** SHA-256 of the DER form: 64 lower-case hexadecimal digits. */
  readonly fingerprint: string
  /** For the log. */
  readonly subject: string
  /** To be read only where there is no {@link refusal}: a stranger wrote the rest. */
  readonly names: CertificateNames
  /** Why it counts for nothing now; undefined when it is good. A reload or the clock may change the answer. */
  refusal(): Reason | undefined
  /**
   * When to ask again, since the clock may have changed the answer: the first moment after `time`, both in milliseconds
   * since 1970; undefined for never.
   */
  changeAfter(time: number): number | undefined
}

/** The longest subject that is written into a record. */
const MAX_SUBJECT = 256

/** What an audit event tells of a client certificate; nothing where there is none. */
export const certificateFacts = (certificate: ClientCertificate | undefined) => ({
  certificate: certificate?.fingerprint,
  certificateSubject:
    certificate && certificate.subject.length > MAX_SUBJECT
      ? `${certificate.subject.slice(0, MAX_SUBJECT - 1)}…`
      : certificate?.subject,
})
