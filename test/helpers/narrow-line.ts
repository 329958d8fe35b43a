import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** The handshake of a client, and the beginning of what it sends after it. */
const AT_ONCE = 8_192

/**
 * A relay at 127.0.0.2 to the same port of 127.0.0.1: what the server sends arrives at once, what the client sends waits
 * in its own kernel, but for the first bytes, until `widen` is called.
 */
export async function narrowLine(port: number): Promise<{ widen(): void } & AsyncDisposable> {
  let widen!: () => void
  const wide = new Promise<void>(resolve => {
    widen = resolve
  })
  const sockets = new Set<Socket>()
  const server = createServer({ highWaterMark: 1024 }, client => {
    const onward = connect({ port, host: '127.0.0.1' })
    for (const socket of [client, onward]) {
      sockets.add(socket)
      socket.once('error', () => undefined)
      socket.once('close', () => {
        client.destroy()
        onward.end()
      })
    }
    onward.pipe(client)
    void relay(client, onward, wide)
  })
  await once(server.listen(port, '127.0.0.2'), 'listening')
  return {
    widen,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function relay(client: Socket, onward: Socket, wide: Promise<void>): Promise<void> {
  try {
    let passed = 0
    for await (const chunk of client) {
      if (passed > AT_ONCE) await wide
      passed += (chunk as Buffer).length
      onward.write(chunk as Buffer)
    }
    onward.end()
  } catch {
    onward.destroy()
  }
}
