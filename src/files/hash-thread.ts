import { lendable } from '../core/shared-memory.js'
import { AskedThread } from './asked-thread.js'

/** What the thread is told of one hash. It answers an `end` with the hash in hex, and nothing to a `drop`. */
export type HashOrder =
  | { readonly id: number; readonly kind: 'update'; readonly chunks: readonly Uint8Array[] }
  | { readonly id: number; readonly kind: 'end' | 'drop' }

/** In hex, of an `end`. */
export type HashAnswer = string | undefined

/**
 * A thread that computes the SHA-256 of uploads on their way. One is enough for all: it hashes faster than the thread
 * that decrypts can bring more.
 */
export class HashThread implements AsyncDisposable {
  readonly #thread = new AskedThread<HashOrder, HashAnswer>(new URL('./hash-worker.js', import.meta.url))
  #last = 0

  /** False once the thread has ended, whatever ended it. */
  get usable(): boolean {
    return this.#thread.usable
  }

  begin(): ThreadHash {
    return new ThreadHash(++this.#last, this.#thread)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#thread[Symbol.asyncDispose]()
  }
}

/** One hash on the thread. Each call waits for the one before it. */
export class ThreadHash implements Disposable {
  readonly #id: number
  readonly #thread: Pick<AskedThread<HashOrder, HashAnswer>, 'ask' | 'tell'>
  #over = false

  constructor(id: number, thread: Pick<AskedThread<HashOrder, HashAnswer>, 'ask' | 'tell'>) {
    this.#id = id
    this.#thread = thread
  }

  /** Resolves when the chunks may be reused. @throws Fault `storage_error` when the thread has ended */
  async update(chunks: readonly Uint8Array[]): Promise<void> {
    await this.#thread.ask({ id: this.#id, kind: 'update', chunks: chunks.map(lendable) })
  }

  /** In hex. @throws Fault `storage_error` when the thread has ended */
  async end(): Promise<string> {
    const hex = await this.#thread.ask({ id: this.#id, kind: 'end' })
    this.#over = true
    return hex as string
  }

  /** Forgets what was hashed; after `end` there is nothing left to forget. */
  [Symbol.dispose](): void {
    if (!this.#over) this.#thread.tell({ id: this.#id, kind: 'drop' })
    this.#over = true
  }
}
