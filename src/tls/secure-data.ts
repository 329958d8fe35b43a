import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { CloseVerdict } from '../core/transfer.js'
import { offeredSession, peekClientHello } from './client-hello.js'
import { closeVerdict } from './close-verdict.js'
import type { SessionTls } from './contexts.js'
import { handshake } from './handshake.js'

export interface SecuredData {
  readonly stream: TLSSocket
  /** The client resumed a session of this very context. */
  readonly resumed: boolean
  readonly version: string
  /**
   * Sends the session tickets of TLS 1.3; until then nothing is sent. Clients that do not read while they upload (lftp,
   * curl, rclone) close with the tickets unread or on their way, the kernel then answers with a reset, and what the
   * server had not received yet is lost. So after an upload they go out with the close_notify.
   */
  sendTickets(): void
  /** Valid once the stream has ended and `clear` bytes came out of it in so many chunks: one is one TLS record. */
  verdict(clear: number, chunks: number): CloseVerdict
}

/** FileZilla names `ftp-data`, others repeat the control connection's `ftp`. */
const ALPN = ['ftp-data', 'ftp']

/**
 * Does the server side of the handshake on an accepted data connection, with what its control connection has.
 *
 * @throws Error when the handshake fails or the socket is destroyed; it is destroyed then
 */
export async function secureData(
  raw: Socket,
  { context, sessions }: Pick<SessionTls, 'context' | 'sessions'>,
): Promise<SecuredData> {
  const offered = offeredSession(await peekClientHello(raw))
  const tickets = new HeldTickets()
  const { server } = sessions.data(
    offered,
    () => stream.isSessionReused(),
    send => tickets.hold(stream, send),
  )
  const stream: TLSSocket = new TLSSocket(raw, {
    isServer: true,
    secureContext: context,
    ALPNProtocols: ALPN,
    server,
  })
  // Node keeps a TLS socket that is closed until V8 next looks through all of its memory, and with it all that listens
  // to it. Each time that V8 collects what is new it would have three times as much to copy.
  stream.once('close', () => {
    for (const emitter of [stream, raw, server]) emitter.removeAllListeners().on('error', ignore)
  })
  let hello = 0
  // The first secret is logged when the ClientHello has been read (close-verdict.ts needs the count at that moment).
  stream.once('keylog', () => {
    hello = raw.bytesRead
  })
  await handshake(stream)
  const resumed = stream.isSessionReused()
  const version = stream.getProtocol() ?? 'unknown'
  if (version === 'TLSv1.2' && !resumed) hello = raw.bytesRead
  // OpenSSL calls the handshake done before it writes the tickets: nobody may end the connection in between.
  if (version === 'TLSv1.3') await new Promise(setImmediate)
  const cipher = stream.getCipher().name
  return {
    stream,
    resumed,
    version,
    sendTickets() {
      if (!tickets.send()) return
      // Node shuts a connection down without waiting for what OpenSSL writes by itself, and the close_notify would be
      // lost behind it; a write of the stream, even of nothing, is waited for.
      if (stream.writableLength === 0) stream.write('')
    },
    verdict: (clear, records) =>
      version === 'TLSv1.2' || version === 'TLSv1.3'
        ? closeVerdict({ version, cipher, raw: raw.bytesRead, clear, records, hello, resumed })
        : 'unknown',
  }
}

/**
 * The session tickets of TLS 1.3 are the only thing a server says of its own accord. Under earlier versions the session
 * is a part of the handshake and must not wait.
 */
class HeldTickets {
  readonly #sends: (() => void)[] = []

  hold(stream: TLSSocket, send: () => void): void {
    if (stream.getProtocol() === 'TLSv1.3') this.#sends.push(send)
    else send()
  }

  /** Whether there were any. */
  send(): boolean {
    const sends = this.#sends.splice(0)
    for (const send of sends) send()
    return sends.length > 0
  }
}

const ignore = () => {}
