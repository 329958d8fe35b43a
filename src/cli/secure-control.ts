import type { Socket } from 'node:net'
import { type AuditEvent, tlsEstablished, tlsFailed } from '../core/audit-event.js'
import { PassiveChannel } from '../data/channel.js'
import type { Ends } from '../server/server.js'
import type { SessionConnection } from '../session/services.js'
import { TlsControlConnection } from '../tls/control-connection.js'
import { CertificateRefused } from '../tls/peer-certificate.js'
import { secureData } from '../tls/secure-data.js'
import { handshakeReason } from './handshake-reason.js'
import type { Parts } from './parts.js'

/** The handshake of a control connection, and the data channel that is bound to it. */
export async function secureControl(
  parts: Parts,
  raw: Socket,
  id: string,
  ends: Ends,
): Promise<SessionConnection | undefined> {
  const { audit, bandwidth, config, contexts, limits, ports } = parts
  const { timeouts } = config.server
  const context = contexts.take()
  const subject = { session: id, client: { address: ends.peer.address, port: ends.peer.port } }
  let control: TlsControlConnection
  try {
    control = await TlsControlConnection.accept(raw, context, ends, AbortSignal.timeout(timeouts.handshake))
  } catch (error) {
    const reason = handshakeReason(error)
    const shown = error instanceof CertificateRefused ? error.certificate : undefined
    audit.record(tlsFailed(reason, (error as NodeJS.ErrnoException).code, shown), subject)
    // A monitor that only looks whether the port is open has not failed.
    if (raw.bytesRead > 0 || reason === 'handshake_timeout') await limits.handshakes.failed(ends.peer.address)
    return undefined
  }
  audit.record(tlsEstablished(control.facts), subject)
  const secure = (socket: Socket, signal: AbortSignal) => secureData(socket, context, signal)
  const { announced } = parts
  const openData = (record: (event: AuditEvent) => void) =>
    new PassiveChannel({ ...ends, ports, announced, bandwidth, secure, timeouts, record })
  return { id, control, openData }
}
