import { isIPv4, type Socket } from 'node:net'
import type { Config } from '../config/schema.js'
import { type AuditEvent, tlsEstablished, tlsFailed } from '../core/audit-event.js'
import type { Ends } from '../core/endpoint.js'
import { PassiveChannel } from '../data/channel.js'
import type { DataConnection, ListenOrder, RecordEvent } from '../data/data-connection.js'
import { listenHere } from '../data/local-connection.js'
import { originOf } from '../proxy/origins.js'
import type { SessionConnection } from '../session/services.js'
import { offeredName, peekClientHello } from '../tls/client-hello.js'
import type { SessionTls } from '../tls/contexts.js'
import { TlsControlConnection } from '../tls/control-connection.js'
import { dataTls } from '../tls/data-tls.js'
import { CertificateRefused } from '../tls/peer-certificate.js'
import { secureData } from '../tls/secure-data.js'
import type { OriginSettings } from './data-worker.js'
import { Deadline } from './deadline.js'
import { handshakeReason } from './handshake-reason.js'
import type { Parts } from './parts.js'

/** The handshake of a control connection, and the data channel that is bound to it. */
export async function secureControl(
  parts: Parts,
  raw: Socket,
  id: string,
  ends: Ends,
  signal: AbortSignal,
): Promise<SessionConnection | undefined> {
  const { audit, bandwidth, config, contexts, limits } = parts
  const { timeouts } = config.server
  const subject = { session: id, client: { address: ends.peer.address, port: ends.peer.port } }
  using deadline = new Deadline(timeouts.handshake, signal)
  let context: SessionTls
  let control: TlsControlConnection
  try {
    context = contexts.take(offeredName(await peekClientHello(raw, deadline.signal)))
    control = await TlsControlConnection.accept(raw, context, ends, deadline.signal)
  } catch (error) {
    const reason = handshakeReason(error)
    const shown = error instanceof CertificateRefused ? error.certificate : undefined
    audit.record(tlsFailed(reason, (error as NodeJS.ErrnoException).code, shown), subject)
    // A monitor that only looks whether the port is open has not failed, nor has anybody when the server stops.
    const failed = raw.bytesRead > ends.headerBytes && reason !== 'shutting_down'
    if (failed || reason === 'handshake_timeout') await limits.handshakes.failed(ends.peer.address)
    return undefined
  }
  audit.record(tlsEstablished(control.facts), subject)
  const { announced } = parts
  const { peer, reached } = ends
  const openData = (record: (event: AuditEvent) => void) =>
    new PassiveChannel({
      ...{ peer, reached, announced, bandwidth, timeouts },
      ...dataHosts(config, ends),
      listen: order => listenForData(parts, order, context, record),
    })
  return { id, control, openData }
}

/** In a worker where there are some, else here. */
async function listenForData(
  { origins, ports, workers }: Parts,
  listen: ListenOrder,
  tls: SessionTls,
  record: RecordEvent,
): Promise<DataConnection> {
  if (workers) {
    const renewed = (id: string, session: Uint8Array) => tls.sessions.renew(id, Buffer.from(session))
    const { from, timeout } = origins.data
    const origin: OriginSettings = { from: from.texts, timeout }
    return await workers.listen({ listen, tls: dataTls(tls), origin }, { record, renewed })
  }
  return await listenHere(ports, listen, {
    secure: socket => secureData(socket, tls),
    origin: socket => originOf(socket, origins.data),
    record,
  })
}

/**
 * Where to listen: at the address the control connection came to. But data connections that do not come through its
 * proxy come to another, as may those by another protocol than its own.
 */
function dataHosts({ server }: Config, { local, proxy }: Ends) {
  const { listen, proxyProtocol } = server
  const host = proxy !== undefined && !proxyProtocol.data ? listen.host : local.address
  const hosts = [host, listen.host]
  return { host, hostForIPv4: hosts.find(isIPv4) ?? (listen.host === '::' ? '::' : undefined) }
}
