import type { TLSSocket } from 'node:tls'

/**
 * Waits for a server-side TLS handshake. Whatever comes of it, the socket keeps an error listener, so that nothing
 * thrown in a TLS callback reaches the process.
 *
 * @throws Error from TLS or when the socket is destroyed, or the signal's reason; the socket is destroyed then
 */
export async function handshake(socket: TLSSocket, signal?: AbortSignal): Promise<void> {
  socket.on('error', ignore)
  guardClientHello(socket)
  await new Promise<void>((resolve, reject) => {
    const settle = (finish: () => void) => {
      signal?.removeEventListener('abort', onAbort)
      socket.off('secure', onSecure).off('error', onError).off('end', onClose).off('close', onClose)
      finish()
    }
    const fail = (error: unknown) =>
      settle(() => {
        socket.destroy()
        reject(error)
      })
    const onSecure = () => settle(resolve)
    const onError = (error: Error) => fail(error)
    const onClose = () => fail(new Error('closed during the TLS handshake'))
    const onAbort = () => fail(signal?.reason)
    // A half-open socket that the peer has ended does not close by itself.
    socket.once('secure', onSecure).once('error', onError).once('end', onClose).once('close', onClose)
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
  })
}

interface Handle {
  onclienthello?: (this: Handle, hello: unknown) => void
}

/**
 * Node hands the ClientHello to its own code a moment after it came (lib/internal/tls/wrap.js, loadSession). For a socket
 * that was destroyed in between that code throws, seen with Node 26.10 and a TLS 1.2 client, and nobody could catch it.
 */
function guardClientHello(socket: TLSSocket): void {
  const { _handle: handle } = socket as unknown as { readonly _handle?: Handle | null }
  const onHello = handle?.onclienthello
  if (!handle || typeof onHello !== 'function') return
  handle.onclienthello = function (hello) {
    if (!socket.destroyed) onHello.call(this, hello)
  }
}

const ignore = () => {}
