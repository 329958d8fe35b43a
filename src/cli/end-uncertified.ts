import type { Parts } from './parts.js'

/**
 * Where everybody needs a certificate, ends the sessions without a good one, logged in or not. What single users need
 * is judged where their sessions are.
 */
export function endUncertified({ config, session: { roster } }: Parts): void {
  if (config.tls.clientCertificates.mode !== 'required') return
  for (const session of roster.all) {
    const reason = session.certificate === undefined ? 'certificate_missing' : session.certificate.refusal()
    if (reason !== undefined) session.end(reason)
  }
}
