import type { Socket } from 'node:net'
import { type Ends, endpoint } from '../core/endpoint.js'
import { Fault } from '../core/fault.js'
import type { Networks } from '../core/networks.js'
import { parseProxyHeader } from './header.js'
import { Prologue } from './prologue.js'

export interface OriginOptions {
  /** Of proxies whose connections begin with a PROXY header. */
  readonly from: Networks
  /** Milliseconds for the header. */
  readonly timeout: number
}

/** Connections whose header is still awaited. Proxies send it at once, so more of them are none. */
const MOST_WAITING = 1024

let waiting = 0

/**
 * Finds out who is at the other end of an accepted, paused socket. From a trusted proxy a PROXY header comes first, and
 * it is taken off; on any other socket nothing is read. Undefined when the connection is gone already, or a proxy
 * closed it without having sent anything for a client: it only asked whether this server is alive.
 *
 * @throws Fault `denied` with the reason `proxy_header_missing`, `proxy_header_malformed` or `too_many_connections`, or
 * the signal's reason
 */
export async function originOf(
  raw: Socket,
  { from, timeout }: OriginOptions,
  signal?: AbortSignal,
): Promise<Ends | undefined> {
  // Reset already, as haproxy does with its health checks: the system no longer knows who it was.
  if (raw.remoteAddress === undefined) return undefined
  const peer = endpoint(raw.remoteAddress, raw.remotePort)
  const local = endpoint(raw.localAddress, raw.localPort)
  const direct = { peer, local, reached: local, headerBytes: 0 }
  if (!from.has(peer.address)) return direct
  if (waiting >= MOST_WAITING) throw new Fault('denied', { reason: 'too_many_connections' })
  waiting += 1
  const prologue = new Prologue(raw, timeout, signal)
  try {
    const header = await prologue.read(parseProxyHeader)
    if (header === undefined) return undefined
    const headerBytes = header.bytes
    // In version 1 a health check names the proxy itself (proxy-protocol.txt §2.1).
    if (header.kind === 'proxied' && header.source.address !== peer.address)
      return { peer: header.source, reached: header.destination, local, proxy: peer.address, headerBytes }
    // Health checks end here, and are worth no session and no record.
    return (await prologue.more()) ? { ...direct, headerBytes } : undefined
  } finally {
    prologue.release()
    waiting -= 1
  }
}
