import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { TlsFacts } from '../core/audit-event.js'
import { type ClientCertificate, certificateFacts } from '../core/client-certificate.js'
import type { Endpoint, Ends } from '../core/endpoint.js'
import type { ControlConnection } from '../core/ports.js'
import type { SessionTls } from './contexts.js'
import { handshake } from './handshake.js'
import { keyExchangeGroup } from './key-exchange-group.js'
import { CertificateRefused, peerCertificate } from './peer-certificate.js'

/** A peer that does not read its replies for so long is gone. */
const WRITE_TIMEOUT_MS = 30_000
/** How long a closing connection may wait for the peer's end. */
const CLOSE_TIMEOUT_MS = 5_000
/** Bytes that may still come in meanwhile: commands that were on their way, not a flood. */
const CLOSE_LIMIT = 65_536
const KEEP_ALIVE_MS = 60_000

/** The control connection over TLS. */
export class TlsControlConnection implements ControlConnection {
  readonly peer: Endpoint
  readonly local: Endpoint
  readonly facts: TlsFacts
  readonly certificate: ClientCertificate | undefined
  readonly #socket: TLSSocket

  private constructor(
    socket: TLSSocket,
    ends: Pick<Ends, 'peer' | 'local'>,
    certificate: ClientCertificate | undefined,
  ) {
    this.#socket = socket
    this.certificate = certificate
    this.peer = ends.peer
    this.local = ends.local
    this.facts = {
      version: socket.getProtocol() ?? 'unknown',
      cipher: socket.getCipher().name,
      group: keyExchangeGroup(socket.getSession()),
      serverName: textOrNothing((socket as { servername?: string | false }).servername),
      alpn: textOrNothing(socket.alpnProtocol),
      ...certificateFacts(certificate),
      certificateProblem: certificate?.refusal(),
    }
  }

  /**
   * Does the server side of the handshake: TLS from the first byte (implicit FTPS). An ALPN list without `ftp` ends it
   * (CVE-2021-3618).
   *
   * A client certificate is asked for here and never on a data connection: the close verdict counts on that.
   *
   * @throws CertificateRefused, Error from TLS, or the signal's reason; the socket is destroyed then
   */
  static async accept(
    raw: Socket,
    { context, sessions, clientTrust }: SessionTls,
    ends: Pick<Ends, 'peer' | 'local'>,
    signal: AbortSignal,
  ): Promise<TlsControlConnection> {
    const isRequired = clientTrust?.atHandshake.mode === 'required'
    raw.setNoDelay(true)
    raw.setKeepAlive(true, KEEP_ALIVE_MS)
    const socket = new TLSSocket(raw, {
      isServer: true,
      secureContext: context,
      ALPNProtocols: ['ftp'],
      requestCert: clientTrust !== undefined,
      // Ends the handshake of who has none, with the alert that says so; whose is not good is for us to find.
      rejectUnauthorized: isRequired,
      ...sessions.control(),
    })
    await handshake(socket, signal)
    try {
      const certificate = clientTrust && peerCertificate(socket, clientTrust)
      const refusal = certificate ? certificate.refusal() : 'certificate_missing'
      if (isRequired && refusal !== undefined) throw new CertificateRefused(refusal, certificate)
      return new TlsControlConnection(socket, ends, certificate)
    } catch (error) {
      socket.destroy()
      throw error
    }
  }

  get serverName(): string | undefined {
    return this.facts.serverName
  }

  get input(): AsyncIterable<Uint8Array> {
    // Leaving the loop must not destroy the socket: the last reply may still be on its way.
    return this.#socket.iterator({ destroyOnReturn: false })
  }

  write(bytes: Uint8Array): Promise<boolean> {
    const socket = this.#socket
    return new Promise(resolve => {
      if (!socket.writable) {
        resolve(false)
        return
      }
      const timer = setTimeout(() => socket.destroy(), WRITE_TIMEOUT_MS)
      socket.write(bytes, error => {
        clearTimeout(timer)
        // TLS reports no error for what it had taken when the socket was destroyed.
        resolve(!error && !socket.destroyed)
      })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const socket = this.#socket
    if (socket.destroyed) return
    await new Promise<void>(resolve => {
      const timer = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS)
      socket.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
      // Sends close_notify; what still comes in is dropped, because closing with unread bytes resets.
      let dropped = 0
      socket.end()
      socket.on('data', (chunk: Buffer) => {
        dropped += chunk.length
        if (dropped > CLOSE_LIMIT) socket.destroy()
      })
    })
  }
}

const textOrNothing = (value: string | false | null | undefined): string | undefined => value || undefined
