import type { TLSSocket } from 'node:tls'

/**
 * Waits for a server-side TLS handshake. Whatever comes of it, the socket keeps an error listener, so that nothing
 * thrown in a TLS callback reaches the process.
 *
 * @throws Error from TLS, or the signal's reason; the socket is destroyed then
 */
export async function handshake(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  socket.on('error', ignore)
  await new Promise<void>((resolve, reject) => {
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', onAbort)
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
    const onAbort = () => fail(signal.reason)
    // A half-open socket that the peer has ended does not close by itself.
    socket.once('secure', onSecure).once('error', onError).once('end', onClose).once('close', onClose)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
  })
}

const ignore = () => {}
