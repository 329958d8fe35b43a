import { unlessAborted } from '../core/fault.js'
import type { ByteSink, ByteSource } from '../core/ports.js'
import { lendable } from '../core/shared-memory.js'
import type { Allowance } from './data-connection.js'
import { LocalConnection, type LocalServices } from './local-connection.js'
import { listenOn } from './passive-ports.js'
import type { FindOrigin, Secure } from './secured.js'
import { Calls, faultOf, type Wire } from './worker-calls.js'
import type { HostFunctions, Lot, WorkerFunctions } from './worker-contract.js'

type Host = Calls<HostFunctions>

/** How a worker makes of plain data what a connection needs. */
export interface WorkerServices {
  /** @param renewed to be told of each TLS session that later connections may resume */
  secure(tls: unknown, renewed: (id: string, state: Uint8Array) => void): Secure
  origin(settings: unknown): FindOrigin
}

interface Served {
  readonly connection: LocalConnection
  readonly abort: AbortController
  allowance?: RemoteAllowance
}

/** Carries data connections for the main thread at the other end of the wire. */
export function serveConnections(wire: Wire, { secure, origin }: WorkerServices): void {
  const all = new Map<number, Served>()

  const transfer = async <T>(
    id: number,
    left: number,
    run: (served: Served, allowance: Allowance) => Promise<T>,
  ): Promise<T> => {
    const served = all.get(id)
    if (!served) throw new Error('the data connection is gone')
    served.allowance = new RemoteAllowance(host, id, left)
    try {
      return await run(served, served.allowance)
    } finally {
      served.allowance.settle()
      all.delete(id)
    }
  }

  const functions: WorkerFunctions = {
    async listen(id, number, order) {
      try {
        const services: LocalServices = {
          secure: secure(order.tls, (session, state) => host.tell('renewed', id, session, state)),
          origin: origin(order.origin),
          record: event => host.tell('record', id, event),
        }
        const listener = await listenOn(number, order.listen.host, () => host.tell('released', id))
        const connection = new LocalConnection(listener, order.listen, services)
        all.set(id, { connection, abort: new AbortController() })
        return undefined
      } catch (error) {
        return (error as NodeJS.ErrnoException).code ?? String(error)
      }
    },
    send: (id, ascii, left, first) =>
      transfer(id, left, ({ connection, abort: { signal } }, allowance) =>
        connection.send(lentSource(host, id, first), allowance, { signal, ascii }),
      ),
    receive: (id, ascii, left) =>
      transfer(id, left, ({ connection, abort: { signal } }, allowance) =>
        connection.receive(lentSink(host, id), allowance, { signal, ascii }),
      ),
    abort(id, why) {
      all.get(id)?.abort.abort(faultOf(why))
    },
    allow(id, left) {
      all.get(id)?.allowance?.set(left)
    },
    async dispose(id) {
      const served = all.get(id)
      all.delete(id)
      await served?.connection[Symbol.asyncDispose]()
    },
  }
  const host: Host = new Calls<HostFunctions>(wire, functions)
}

async function* lentSource(host: Host, id: number, first: Lot): ByteSource {
  for (let lot = first; ; lot = await host.ask('next', id)) {
    if (lot.chunk) yield lot.chunk
    if (lot.isLast) return
  }
}

const lentSink = (host: Host, id: number): ByteSink => ({
  open: () => host.ask('open', id),
  write: chunks => host.ask('store', id, chunks.map(lendable)),
})

/** Bytes that the main thread has let this transfer move. */
class RemoteAllowance implements Allowance {
  readonly #host: Host
  readonly #id: number
  #left: number
  #spent = 0

  constructor(host: Host, id: number, left: number) {
    this.#host = host
    this.#id = id
    this.#left = left
  }

  get left(): number {
    return this.#left
  }

  /** There is a limit now, or none any more. */
  set(left: number): void {
    this.#left = left
    this.#spent = 0
  }

  spend(bytes: number): void {
    this.#left -= bytes
    if (Number.isFinite(this.#left)) this.#spent += bytes
  }

  async more(signal: AbortSignal): Promise<void> {
    const spent = this.#spent
    this.#spent = 0
    const asked = this.#host.ask('more', this.#id, spent)
    const left = await unlessAborted(asked, signal, () => signal.reason)
    // What moved meanwhile was not known to the main thread.
    this.#left = left - this.#spent
  }

  /** The transfer is over. */
  settle(): void {
    if (this.#spent > 0) this.#host.tell('spent', this.#id, this.#spent)
  }
}
