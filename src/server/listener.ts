import { createServer, type Server, type Socket } from 'node:net'

/** Connections the kernel may hold for us: a flood is refused there, not queued here. */
const BACKLOG = 511

/**
 * Opens the control port. Each accepted connection goes to `accept`, which must not throw.
 *
 * @throws Error with the `code` of the operating system: EACCES, EADDRINUSE, EADDRNOTAVAIL
 */
export function listen(host: string, port: number, accept: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    // Paused, because TLS does the first read.
    const server = createServer({ pauseOnConnect: true }, accept)
    server.once('error', reject)
    server.listen({ host, port, backlog: BACKLOG, exclusive: true }, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}
