import type { AuditEvent } from '../core/audit-event.js'
import { abortFault, type Fault, toFault } from '../core/fault.js'
import type { ByteSink, ByteSource, ReceiveResult, TransferOptions } from '../core/ports.js'
import { isShared } from '../core/shared-memory.js'
import type { TransferResult } from '../core/transfer.js'
import type { Allowance, DataConnection, RecordEvent } from './data-connection.js'
import { type Calls, faultRecord } from './worker-calls.js'
import type { HostFunctions, Lot, WorkerFunctions } from './worker-contract.js'

export interface LentServices {
  readonly record: RecordEvent
  /** TLS has made a session that later connections of this session may resume. */
  renewed(id: string, state: Uint8Array): void
}

/** A function of this end for one connection: as the worker calls it, without the id. */
type Lent = {
  [Name in keyof HostFunctions]: HostFunctions[Name] extends (id: number, ...args: infer Args) => infer R
    ? (...args: Args) => R
    : never
}

/** A data connection that a worker carries; the files, the bandwidth and the audit log stay here. */
export class WorkerConnection implements DataConnection, Lent {
  readonly #id: number
  readonly #worker: Calls<WorkerFunctions>
  readonly #services: LentServices
  readonly #over: () => void
  readonly #gone = new AbortController()
  #lease: { readonly port: number } & Disposable = { port: 0, [Symbol.dispose]: () => {} }
  #isReleased = false
  #progress = 0
  #source: AsyncIterator<Uint8Array> | undefined
  /** Read already, to see whether it is there. */
  #ahead: Promise<Uint8Array | undefined> | undefined
  /** The worker still reads what it was given last: that is shared. */
  #isLent = false
  #sink: ByteSink | undefined
  #allowance: Allowance | undefined
  #wasLimited = false
  /** What failed here: the worker knows only a copy of it. */
  #failure: Fault | undefined

  /** @param over called once the worker has nothing more to say about it */
  constructor(id: number, worker: Calls<WorkerFunctions>, services: LentServices, over: () => void) {
    this.#id = id
    this.#worker = worker
    this.#services = services
    this.#over = over
  }

  get port(): number {
    return this.#lease.port
  }

  get progress(): number {
    return this.#progress
  }

  /** The port it listens on; given back when the worker says that it no longer does. */
  hold(lease: { readonly port: number } & Disposable): void {
    this.#lease = lease
    if (this.#isReleased) lease[Symbol.dispose]()
  }

  async send(source: ByteSource, allowance: Allowance, options: TransferOptions): Promise<TransferResult> {
    const chunks = source[Symbol.asyncIterator]()
    this.#source = chunks
    try {
      // Read while the client connects: a small file goes to the worker all at once.
      const first = await this.next()
      return await this.#transfer(allowance, options.signal, left =>
        this.#worker.ask('send', this.#id, options.ascii, left, first),
      )
    } catch (error) {
      await this[Symbol.asyncDispose]()
      throw error
    } finally {
      await chunks.return?.()
    }
  }

  async receive(sink: ByteSink, allowance: Allowance, options: TransferOptions): Promise<ReceiveResult> {
    this.#sink = sink
    return await this.#transfer(allowance, options.signal, left =>
      this.#worker.ask('receive', this.#id, options.ascii, left),
    )
  }

  /** To be called when the user's bandwidth may have got a limit, or lost it. */
  review(): void {
    if (!this.#allowance) return
    const { left } = this.#allowance
    const isLimited = Number.isFinite(left)
    if (isLimited !== this.#wasLimited) this.#worker.tell('allow', this.#id, left)
    this.#wasLimited = isLimited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#worker.ask('dispose', this.#id)
    } catch {
      // The worker is gone, and all that it had.
    } finally {
      this.#over()
    }
  }

  /** Nothing listens any more: the worker says so, or is gone itself. */
  released(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#lease[Symbol.dispose]()
  }

  record(event: AuditEvent): void {
    try {
      this.#services.record(event)
    } catch (error) {
      this.#failure ??= toFault(error)
      this.#worker.tell('abort', this.#id, faultRecord(error))
    }
  }

  renewed(id: string, state: Uint8Array): void {
    this.#services.renewed(id, state)
  }

  next(): Promise<Lot> {
    return this.#attempt(async () => {
      const chunk = await this.#read()
      if (!chunk) return { isLast: true }
      const wasLent = this.#isLent
      this.#isLent = isShared(chunk)
      if (this.#isLent) return { chunk, isLast: false }
      // What is copied stays as it is, so that one can look whether it is the last: unless of two buffers that are used
      // in turn the next would be read into the one before, which the worker has not sent yet.
      const copy = new Uint8Array(chunk)
      if (wasLent) return { chunk: copy, isLast: false }
      this.#ahead = this.#read()
      return { chunk: copy, isLast: (await this.#ahead) === undefined }
    })
  }

  open(): Promise<void> {
    return this.#attempt(async () => await this.#sink?.open())
  }

  store(chunks: readonly Uint8Array[]): Promise<void> {
    return this.#attempt(async () => {
      await this.#sink?.write(chunks)
      for (const chunk of chunks) this.#progress += chunk.length
    })
  }

  async more(spent: number): Promise<number> {
    this.#allowance?.spend(spent)
    await this.#allowance?.more(this.#gone.signal)
    return this.#allowance?.left ?? 0
  }

  spent(bytes: number): void {
    this.#allowance?.spend(bytes)
  }

  async #read(): Promise<Uint8Array | undefined> {
    const ahead = this.#ahead
    this.#ahead = undefined
    if (ahead) return await ahead
    const next = await this.#source?.next()
    if (!next || next.done) return undefined
    this.#progress += next.value.length
    return next.value
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      this.#failure ??= toFault(error)
      throw error
    }
  }

  async #transfer<T>(
    allowance: Allowance,
    signal: AbortSignal,
    run: (left: number) => Promise<T>,
  ): Promise<T> {
    this.#allowance = allowance
    this.#wasLimited = Number.isFinite(allowance.left)
    const onAbort = () => this.#worker.tell('abort', this.#id, faultRecord(abortFault(signal)))
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      const result = run(allowance.left)
      if (signal.aborted) onAbort()
      const done = await result
      // What could not be recorded has not happened, even if it was over before the worker knew.
      if (this.#failure) throw this.#failure
      return done
    } catch (error) {
      throw this.#failure ?? error
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#gone.abort()
      this.#over()
    }
  }
}
