import type { LiveSession } from '../session/roster.js'
import type { Parts } from './parts.js'

/** Ends the sessions whose certificate is no longer what their user, or the server, asks for. */
export function endUncertified({ config, login, session: { roster } }: Parts): void {
  const isRequired = config.tls.clientCertificates.mode === 'required'
  for (const session of roster.all) {
    const reason = (isRequired ? session.certificate?.refusal() : undefined) ?? usersRefusal(session, login)
    if (reason !== undefined) session.end(reason)
  }
}

const usersRefusal = ({ user, certificate }: LiveSession, login: Parts['login']) =>
  user === undefined ? undefined : login.certificateRefusal(user, certificate)
