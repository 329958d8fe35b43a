import { Worker } from 'node:worker_threads'
import { Fault } from '../core/fault.js'
import { lendable } from '../core/shared-memory.js'

/** What the thread is told. It answers all but `drop`, in order. */
export type HashOrder =
  | { readonly id: number; readonly kind: 'update'; readonly chunks: readonly Uint8Array[] }
  | { readonly id: number; readonly kind: 'end' | 'drop' }

export interface HashAnswer {
  readonly id: number
  /** Of an `end`. */
  readonly hex?: string
}

interface Asking {
  resolve(answer: HashAnswer): void
  reject(fault: Fault): void
}

/**
 * A thread that computes the SHA-256 of uploads on their way. One is enough for all: it hashes faster than the thread
 * that decrypts can bring more. It does not keep the process alive while it has nothing to do.
 */
export class HashThread implements AsyncDisposable {
  readonly #worker = new Worker(new URL('./hash-worker.js', import.meta.url), { execArgv: [] })
  /** At most one question of each hash. */
  readonly #asking = new Map<number, Asking>()
  #last = 0
  #stopping = false
  #over: Fault | undefined

  constructor() {
    this.#worker.unref()
    this.#worker.on('message', (answer: HashAnswer) => {
      this.#asking.get(answer.id)?.resolve(answer)
      this.#asking.delete(answer.id)
      if (this.#asking.size === 0) this.#rest()
    })
    this.#worker.on('error', error => this.#end(error))
    this.#worker.on('exit', () => this.#end(new Error('the thread ended')))
  }

  /** False once the thread has ended, whatever ended it. */
  get usable(): boolean {
    return this.#over === undefined
  }

  begin(): ThreadHash {
    const id = ++this.#last
    return new ThreadHash(
      order => this.#ask({ ...order, id }),
      () => this.#worker.postMessage({ id, kind: 'drop' } satisfies HashOrder),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true
    await this.#worker.terminate()
  }

  /** Who waits for its end would wait in vain if the process did not: an answer may still come in between. */
  #rest(): void {
    if (!this.#stopping) this.#worker.unref()
  }

  #ask(order: HashOrder): Promise<HashAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(this.#over)
      this.#asking.set(order.id, { resolve, reject })
      this.#worker.ref()
      this.#worker.postMessage(order)
    })
  }

  #end(cause: unknown): void {
    this.#over ??= new Fault('storage_error', { cause })
    for (const { reject } of this.#asking.values()) reject(this.#over)
    this.#asking.clear()
  }
}

type Order = { readonly kind: 'update'; readonly chunks: readonly Uint8Array[] } | { readonly kind: 'end' }

/** One hash on the thread. Each call waits for the one before it. */
export class ThreadHash implements Disposable {
  readonly #ask: (order: Order) => Promise<HashAnswer>
  readonly #drop: () => void
  #over = false

  constructor(ask: (order: Order) => Promise<HashAnswer>, drop: () => void) {
    this.#ask = ask
    this.#drop = drop
  }

  /** Resolves when the chunks may be reused. @throws Fault `storage_error` when the thread has ended */
  async update(chunks: readonly Uint8Array[]): Promise<void> {
    await this.#ask({ kind: 'update', chunks: chunks.map(lendable) })
  }

  /** In hex. @throws Fault `storage_error` when the thread has ended */
  async end(): Promise<string> {
    const { hex } = await this.#ask({ kind: 'end' })
    this.#over = true
    return hex as string
  }

  /** Forgets what was hashed; after `end` there is nothing left to forget. */
  [Symbol.dispose](): void {
    if (!this.#over) this.#drop()
    this.#over = true
  }
}
