import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Endpoint, isEveryAddress } from '../core/endpoint.js'

/** Connections from this process to its own control port, which show that it accepts. */
export class Probes {
  readonly #pending = new Map<Socket, () => void>()

  /**
   * Connects, and resolves when the connection has come in.
   *
   * @throws Error of the operating system, or one that says so when it has not come in before the signal fires
   */
  async run({ address, port }: Endpoint, signal: AbortSignal): Promise<void> {
    const socket = connect({ host: isEveryAddress(address) ? '127.0.0.1' : address, port })
    const accepted = new Promise<void>(resolve => this.#pending.set(socket, resolve))
    try {
      const failed = once(socket, 'error', { signal }).then(
        ([error]) => Promise.reject(error),
        () => Promise.reject(new Error(`port ${port} accepts no connection`)),
      )
      await Promise.race([accepted, failed])
    } finally {
      this.#pending.delete(socket)
      socket.on('error', ignore).destroy()
    }
  }

  /** True for a connection that one of them made: it needs no answer. */
  claims(peer: Endpoint, local: Endpoint): boolean {
    if (peer.address !== local.address) return false
    for (const [socket, accepted] of this.#pending) {
      if (socket.localPort !== peer.port) continue
      accepted()
      return true
    }
    return false
  }
}

const ignore = () => {}
