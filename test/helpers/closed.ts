import type { Socket } from 'node:net'

/** Resolves when the socket is closed, however: what still comes in is dropped, errors are part of the end. */
export const closed = (socket: Socket): Promise<void> =>
  new Promise(resolve => {
    if (socket.closed) resolve()
    socket.on('error', () => {})
    socket.once('close', () => resolve())
    socket.resume()
  })
