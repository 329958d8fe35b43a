import { createServer, type Server } from 'node:net'
import { Fault } from '../core/fault.js'

/** TIME_WAIT of Linux: so long a late segment of a stranger's transfer could still reach the port. */
const QUARANTINE_MS = 60_000

interface Port {
  readonly number: number
  /** Client address that had it last, and when it gave it back. */
  lastOwner: string | undefined
  freedAt: number
}

/** A listening socket on a passive port. Disposing closes it. */
export interface PassiveListener extends AsyncDisposable {
  readonly server: Server
  readonly port: number
}

/** A port of the range and what listens on it. Disposing gives the port back: to be done once nothing does any more. */
export interface PortLease<T> extends Disposable {
  readonly port: number
  readonly listener: T
}

/**
 * The passive range: each port has one owner at a time, and its listener is opened on it directly (no probing). A port
 * that was another address's within the quarantine is handed out only when no other is left.
 */
export class PassivePorts {
  /** By number, longest free first. */
  readonly #free = new Map<number, Port>()
  /** Numbers that are in the range now: a reload may take a port away while it is in use. */
  #range: ReadonlySet<number>

  constructor(numbers: readonly number[]) {
    this.#range = new Set()
    this.replace(numbers)
  }

  /** Changes the range; ports in use are dropped or kept when they come back. */
  replace(numbers: readonly number[]): void {
    const before = this.#range
    this.#range = new Set(numbers)
    for (const number of before) if (!this.#range.has(number)) this.#free.delete(number)
    for (const number of this.#range)
      if (!before.has(number))
        this.#free.set(number, { number, lastOwner: undefined, freedAt: Number.NEGATIVE_INFINITY })
  }

  /**
   * Takes a free port for the client at `owner`, of which `bind` makes a listener: it rejects with an error of the
   * operating system where the port cannot be bound. A Fault of it ends the search.
   *
   * @throws Fault `no_passive_port` when none is free or none can be bound
   */
  async lease<T>(owner: string, bind: (port: number) => Promise<T>): Promise<PortLease<T>> {
    let cause: unknown
    for (let tries = this.#free.size; tries > 0; tries--) {
      const port = this.#choose(owner)
      if (!port) break
      try {
        const listener = await bind(port.number)
        return { port: port.number, listener, [Symbol.dispose]: () => this.#release(port, owner) }
      } catch (error) {
        this.#giveBack(port)
        if (error instanceof Fault) throw error
        // In use by another program; the next one may not be.
        cause = error
      }
    }
    throw new Fault('no_passive_port', { cause })
  }

  #choose(owner: string): Port | undefined {
    const now = performance.now()
    let chosen: Port | undefined
    for (const port of this.#free.values()) {
      chosen ??= port
      if (port.lastOwner !== owner && now - port.freedAt < QUARANTINE_MS) continue
      chosen = port
      break
    }
    if (chosen) this.#free.delete(chosen.number)
    return chosen
  }

  #release(port: Port, owner: string): void {
    port.lastOwner = owner
    port.freedAt = performance.now()
    this.#giveBack(port)
  }

  #giveBack(port: Port): void {
    // One that left the range and came back meanwhile is there already.
    if (this.#range.has(port.number) && !this.#free.has(port.number)) this.#free.set(port.number, port)
  }
}

/** @param closed called once nothing listens on the port any more. Rejects with the error of the operating system */
export function listenOn(port: number, host: string, closed: () => void): Promise<PassiveListener> {
  return new Promise((resolve, reject) => {
    // Half open: a client may end its direction of a download early. Paused: TLS does the first read.
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true })
    server.once('error', reject)
    server.listen({ port, host, backlog: 16, exclusive: true }, () => {
      server.off('error', reject)
      const close = async () => {
        if (!server.listening) return
        // Stops listening at once; the callback would wait for the connections it accepted.
        server.close()
        closed()
      }
      resolve({ server, port, [Symbol.asyncDispose]: close })
    })
  })
}
