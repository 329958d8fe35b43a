import { Worker } from 'node:worker_threads'
import { Fault } from '../core/fault.js'
import type { Log } from '../core/ports.js'
import type { DataConnection } from './data-connection.js'
import type { PassivePorts } from './passive-ports.js'
import { Calls } from './worker-calls.js'
import { type LentServices, WorkerConnection } from './worker-connection.js'
import type { HostFunctions, WorkerFunctions, WorkerOrder } from './worker-contract.js'

export interface WorkersOptions {
  /** Most threads. */
  readonly count: number
  /** The program of a worker. */
  readonly program: URL
  readonly ports: PassivePorts
  readonly log: Pick<Log, 'error'>
}

/**
 * Threads that carry data connections: their sockets, their TLS, their bytes. What is there once (passive ports, files,
 * quotas, bandwidth, the audit log) stays with the main thread, so that nothing has to be kept equal in several places.
 * One that ends takes the transfers it carried with it, and no session; another one takes its place when it is needed.
 */
export class DataWorkers implements AsyncDisposable {
  readonly #options: WorkersOptions
  readonly #threads = new Set<Thread>()
  #last = 0

  constructor(options: WorkersOptions) {
    this.#options = options
  }

  /** Those that run. */
  get size(): number {
    return this.#threads.size
  }

  /** @throws Fault `no_passive_port`, `internal` when the worker ended */
  async listen(order: WorkerOrder, services: LentServices): Promise<DataConnection> {
    const thread = this.#choose()
    const id = ++this.#last
    const connection = thread.connect(id, services)
    try {
      const bind = async (port: number) => {
        const code = await thread.calls.ask('listen', id, port, order)
        if (code !== undefined) throw Object.assign(new Error(`listen ${code}`), { code })
      }
      connection.hold(await this.#options.ports.lease(order.listen.peer, bind))
      return connection
    } catch (error) {
      thread.forget(id)
      throw error
    }
  }

  /** To be called when the bandwidth of users has changed. */
  review(): void {
    for (const thread of this.#threads) thread.review()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#threads].map(thread => thread.stop()))
  }

  /** The one with the least to do; a new one while all have something and there may be more. */
  #choose(): Thread {
    const [idlest] = [...this.#threads].sort((a, b) => a.load - b.load)
    if (idlest && (idlest.load === 0 || this.#threads.size >= this.#options.count)) return idlest
    const thread = new Thread(this.#options.program, cause => {
      this.#threads.delete(thread)
      if (cause !== undefined)
        this.#options.log.error({ err: cause }, 'a worker ended; the transfers it carried have failed')
    })
    this.#threads.add(thread)
    return thread
  }
}

class Thread {
  readonly calls: Calls<WorkerFunctions>
  readonly #worker: Worker
  readonly #connections = new Map<number, WorkerConnection>()
  #stopping = false
  #cause: unknown

  /** @param ended called when it is gone, with what ended it unless that was `stop` */
  constructor(program: URL, ended: (cause: unknown) => void) {
    this.#worker = new Worker(program, { execArgv: [] })
    this.calls = new Calls<WorkerFunctions>(this.#worker, this.#functions())
    this.#worker.on('error', error => {
      this.#cause = error
    })
    this.#worker.on('exit', code => {
      const cause = this.#cause ?? new Error(`exit code ${code}`)
      this.calls.end(new Fault('internal', { reason: 'worker_lost', cause }))
      for (const connection of this.#connections.values()) connection.released()
      this.#connections.clear()
      ended(this.#stopping ? undefined : cause)
    })
  }

  /** Data connections that it carries or waits for. */
  get load(): number {
    return this.#connections.size
  }

  connect(id: number, services: LentServices): WorkerConnection {
    const connection = new WorkerConnection(id, this.calls, services, () => this.forget(id))
    this.#connections.set(id, connection)
    return connection
  }

  forget(id: number): void {
    this.#connections.delete(id)
  }

  review(): void {
    for (const connection of this.#connections.values()) connection.review()
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await this.#worker.terminate()
  }

  #functions(): HostFunctions {
    const of = (id: number): WorkerConnection => {
      const connection = this.#connections.get(id)
      if (!connection) throw new Fault('aborted')
      return connection
    }
    return {
      released: id => of(id).released(),
      record: (id, event) => of(id).record(event),
      renewed: (id, session, state) => of(id).renewed(session, state),
      next: id => of(id).next(),
      open: id => of(id).open(),
      store: (id, chunks) => of(id).store(chunks),
      more: (id, spent) => of(id).more(spent),
      spent: (id, bytes) => of(id).spent(bytes),
    }
  }
}
