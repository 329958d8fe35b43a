import { connect as connectTcp } from 'node:net'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import type { Config } from '../config/schema.js'
import { isEveryAddress } from '../core/endpoint.js'
import { Networks } from '../core/networks.js'
import { LOCAL_HEADER } from '../proxy/version-2.js'

/** Where the server is for who runs on the same machine. */
export interface LocalTarget {
  readonly host: string
  readonly port: number
  /** The server takes this machine for a load balancer and wants a PROXY header. */
  readonly asProxy: boolean
}

/** @param port in place of `server.listen.port`; @param host an address of this machine, where that is a wildcard */
export function localTarget(
  { server: { listen, proxyProtocol } }: Config,
  port = listen.port,
  host = '127.0.0.1',
): LocalTarget {
  const reached = isEveryAddress(listen.host) ? host : listen.host
  return { host: reached, port, asProxy: new Networks(proxyProtocol.from).has(reached) }
}

/**
 * A TLS connection to it. Whose certificate it is does not matter: the peer is this machine. Where a PROXY header is
 * wanted, it says that nobody is behind this end.
 */
export function connectLocally(
  { host, port, asProxy }: LocalTarget,
  options: ConnectionOptions = {},
): TLSSocket {
  const tcp = connectTcp({ host, port })
  if (asProxy) tcp.write(LOCAL_HEADER)
  const socket = connect({ rejectUnauthorized: false, ...options, socket: tcp })
  tcp.on('error', error => socket.destroy(error))
  socket.on('close', () => tcp.destroy())
  return socket
}
