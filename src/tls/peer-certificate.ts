import 'reflect-metadata'
import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import * as x509 from '@peculiar/x509'
import type { CertificateNames, ClientCertificate } from '../core/client-certificate.js'
import type { Reason } from '../core/reason.js'
import { type ClientTrust, fingerprintOf } from './client-trust.js'

/** Kept as long as the session, of every client that sends them; three certificates are 5 KiB. */
const MOST_BYTES = 32_768

/** The trust that a handshake was made with, and the one in force whenever it is asked. */
export interface SessionTrust {
  readonly atHandshake: ClientTrust
  readonly current: () => ClientTrust
}

/** Ends a handshake, because of the certificate that the client showed. */
export class CertificateRefused extends Error {
  readonly reason: Reason
  readonly certificate: ClientCertificate | undefined

  constructor(reason: Reason, certificate?: ClientCertificate) {
    super(reason)
    this.reason = reason
    this.certificate = certificate
  }
}

/** What OpenSSL's verification ends with; everything else is `certificate_untrusted`. */
const VERIFY_REASONS: Readonly<Record<string, Reason>> = {
  CERT_NOT_YET_VALID: 'certificate_expired',
  CERT_HAS_EXPIRED: 'certificate_expired',
  CERT_REVOKED: 'certificate_revoked',
  INVALID_PURPOSE: 'certificate_purpose',
  UNABLE_TO_GET_CRL: 'certificate_status_unknown',
  UNABLE_TO_DECRYPT_CRL_SIGNATURE: 'certificate_status_unknown',
  CRL_SIGNATURE_FAILURE: 'certificate_status_unknown',
  CRL_NOT_YET_VALID: 'certificate_status_unknown',
  CRL_HAS_EXPIRED: 'certificate_status_unknown',
}

/** The certificate shown in a handshake that is done. @throws CertificateRefused for one too large to keep */
export function peerCertificate(socket: TLSSocket, trust: SessionTrust): ClientCertificate | undefined {
  const chain: X509Certificate[] = []
  let bytes = 0
  for (let next = socket.getPeerX509Certificate(); next; next = next.issuerCertificate) {
    bytes += next.raw.length
    if (bytes > MOST_BYTES) throw new CertificateRefused('certificate_untrusted')
    chain.push(next)
  }
  const [leaf] = chain
  if (leaf === undefined) return undefined
  const verified = trust.atHandshake.isPinnedAlone(leaf) ? undefined : verifyRefusal(socket)
  return {
    fingerprint: fingerprintOf(leaf),
    // OpenSSL has escaped the line ends within the values.
    subject: leaf.subject?.replaceAll('\n', ', ') ?? '',
    get names() {
      return namesOf(leaf)
    },
    // Of several faults OpenSSL tells the last one; ours is the one to mend.
    refusal: () => trust.current().refusal(chain, new Date()) ?? verified,
    changeAfter: time => trust.current().changeAfter(chain, time),
  }
}

interface Handle {
  verifyError?(): { readonly code?: string } | null | undefined
}

/**
 * What OpenSSL found. Node tells it by `authorized`, but only of sockets that a `tls.Server` accepted, which could not
 * have a TLS session store for each connection; so it is asked in the way that server asks. Were it to go away, no
 * certificate would be good.
 */
function verifyRefusal(socket: TLSSocket): Reason | undefined {
  const { _handle: handle } = socket as unknown as { readonly _handle?: Handle | null }
  if (typeof handle?.verifyError !== 'function') return 'certificate_untrusted'
  const error = handle.verifyError()
  return error ? (VERIFY_REASONS[error.code ?? ''] ?? 'certificate_untrusted') : undefined
}

function namesOf({ raw }: X509Certificate): CertificateNames {
  const certificate = new x509.X509Certificate(raw)
  const extension = certificate.getExtension(x509.SubjectAlternativeNameExtension)
  return {
    attribute: name => certificate.subjectName.getField(name),
    alternative: (extension?.names.items ?? []).map(({ type, value }) => alternativeName(type, value)),
  }
}

const KINDS: Readonly<Record<string, string>> = { url: 'uri' }

/** Domains have no case (RFC 4343). */
const alternativeName = (type: string, value: string): string =>
  `${KINDS[type] ?? type}:${type === 'dns' ? value.toLowerCase() : value}`
