import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { CloseVerdict } from '../core/transfer.js'
import { closeVerdict } from './close-verdict.js'
import type { SessionTls } from './contexts.js'
import { handshake } from './handshake.js'

export interface SecuredData {
  readonly stream: TLSSocket
  /** The client resumed a session of this very context. */
  readonly resumed: boolean
  readonly version: string
  /** Valid once the stream has ended and `clear` bytes came out of it in so many chunks: one is one TLS record. */
  verdict(clear: number, chunks: number): CloseVerdict
}

/** FileZilla names `ftp-data`, others repeat the control connection's `ftp`. */
const ALPN = ['ftp-data', 'ftp']

/**
 * Does the server side of the handshake on an accepted data connection, with what its control connection has.
 *
 * @throws Error when the handshake fails or the signal fires; the socket is destroyed then
 */
export async function secureData(
  raw: Socket,
  { context, ids }: SessionTls,
  signal: AbortSignal,
): Promise<SecuredData> {
  const stream = new TLSSocket(raw, {
    isServer: true,
    secureContext: context,
    ALPNProtocols: ALPN,
    ...ids.data,
  })
  let hello = 0
  // The first secret is logged when the ClientHello has been read (close-verdict.ts needs the count at that moment).
  stream.once('keylog', () => {
    hello = raw.bytesRead
  })
  await handshake(stream, signal)
  const resumed = stream.isSessionReused()
  const version = stream.getProtocol() ?? 'unknown'
  if (version === 'TLSv1.2' && !resumed) hello = raw.bytesRead
  const cipher = stream.getCipher().name
  return {
    stream,
    resumed,
    version,
    verdict: (clear, records) =>
      version === 'TLSv1.2' || version === 'TLSv1.3'
        ? closeVerdict({ version, cipher, raw: raw.bytesRead, clear, records, hello, resumed })
        : 'unknown',
  }
}
