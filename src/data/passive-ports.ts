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

/** A listening socket on a port of the range. Disposing closes it and gives the port back. */
export interface PassiveListener extends AsyncDisposable {
  readonly server: Server
  readonly port: number
}

/**
 * The passive range: each port has one owner at a time, and its listener is opened on it directly (no probing). A port
 * that was another address's within the quarantine is handed out only when no other is left.
 */
export class PassivePorts {
  /** Longest free first. */
  #free: Port[]
  /** Numbers that are in the range now: a reload may take a port away while it is in use. */
  #range: ReadonlySet<number>

  constructor(numbers: readonly number[]) {
    this.#range = new Set(numbers)
    this.#free = numbers.map(number => ({ number, lastOwner: undefined, freedAt: Number.NEGATIVE_INFINITY }))
  }

  /** Changes the range; ports in use are dropped or kept when they come back. */
  replace(numbers: readonly number[]): void {
    const before = this.#range
    this.#range = new Set(numbers)
    this.#free = this.#free.filter(port => this.#range.has(port.number))
    for (const number of numbers)
      if (!before.has(number))
        this.#free.push({ number, lastOwner: undefined, freedAt: Number.NEGATIVE_INFINITY })
  }

  /**
   * Listens on a free port at the address `host`, for the client at `owner`.
   *
   * @throws Fault `no_passive_port` when none is free or none can be bound
   */
  async listen(host: string, owner: string): Promise<PassiveListener> {
    let cause: unknown
    for (let tries = this.#free.length; tries > 0; tries--) {
      const port = this.#choose(owner)
      if (!port) break
      try {
        const server = await listenOn(port.number, host)
        return { server, port: port.number, [Symbol.asyncDispose]: () => this.#close(server, port, owner) }
      } catch (error) {
        // In use by another program; the next one may not be.
        cause = error
        this.#giveBack(port)
      }
    }
    throw new Fault('no_passive_port', { cause })
  }

  #choose(owner: string): Port | undefined {
    const now = performance.now()
    const clean = this.#free.findIndex(
      port => port.lastOwner === owner || now - port.freedAt >= QUARANTINE_MS,
    )
    return this.#free.splice(Math.max(clean, 0), 1)[0]
  }

  async #close(server: Server, port: Port, owner: string): Promise<void> {
    if (!server.listening) return
    port.lastOwner = owner
    port.freedAt = performance.now()
    // Closing stops listening at once; the callback would wait for the connections it accepted.
    server.close()
    this.#giveBack(port)
  }

  #giveBack(port: Port): void {
    if (this.#range.has(port.number) && !this.#free.some(free => free.number === port.number))
      this.#free.push(port)
  }
}

function listenOn(port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    // Half open: a client may end its direction of a download early. Paused: TLS does the first read.
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true })
    server.once('error', reject)
    server.listen({ port, host, backlog: 16, exclusive: true }, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}
