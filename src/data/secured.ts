import type { Socket } from 'node:net'
import type { Ends } from '../core/endpoint.js'
import type { CloseVerdict } from '../core/transfer.js'

/** A data connection after its TLS handshake. */
export interface Secured {
  readonly stream: Socket
  /** It resumed the TLS session of its own control connection. */
  readonly resumed: boolean
  /** For instance `TLSv1.3`. */
  readonly version: string
  /** Sends what TLS still has for the client; nothing is sent before. */
  sendTickets(): void
  /** Valid once the stream has ended and `clear` bytes came out of it in so many `data` events. */
  verdict(clear: number, chunks: number): CloseVerdict
}

/** Does the handshake on an accepted socket. Rejects when it fails, and as soon as the socket is destroyed; it is then. */
export type Secure = (raw: Socket) => Promise<Secured>

/**
 * Who is at the other end of an accepted socket, after so many bytes of a proxy's header; undefined when it asks for
 * nothing. Settles as soon as the socket is destroyed.
 *
 * @throws Fault `denied` when a proxy does not say whom it speaks for
 */
export type FindOrigin = (
  raw: Socket,
) => Promise<(Pick<Ends, 'peer' | 'proxy'> & { readonly headerBytes: number }) | undefined>
