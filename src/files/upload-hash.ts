import { createHash, type Hash } from 'node:crypto'
import { isShared } from '../core/shared-memory.js'
import type { HashThread, ThreadHash } from './hash-thread.js'

/**
 * The SHA-256 of one upload. One whose first bytes come in shared memory is large, and hashed on the thread; every
 * other here and now, because to go there and back takes longer than to hash a small file.
 */
export class UploadHash implements Disposable {
  readonly #thread: () => HashThread
  #here: Hash | undefined
  #there: ThreadHash | undefined

  /** @param thread starts it when it does not run */
  constructor(thread: () => HashThread) {
    this.#thread = thread
  }

  /** Resolves when the chunks may be reused. @throws Fault `storage_error` when the thread has ended */
  async update(chunks: readonly Uint8Array[]): Promise<void> {
    if (!this.#here && chunks.some(isShared)) this.#there ??= this.#thread().begin()
    if (this.#there) return await this.#there.update(chunks)
    this.#here ??= createHash('sha256')
    for (const chunk of chunks) this.#here.update(chunk)
  }

  /** In hex. @throws Fault as `update` */
  async end(): Promise<string> {
    return this.#there ? await this.#there.end() : (this.#here ?? createHash('sha256')).digest('hex')
  }

  [Symbol.dispose](): void {
    this.#there?.[Symbol.dispose]()
  }
}

/** Settles when neither can still read the chunks. Throws what either threw. */
export async function bothDone(...work: readonly (Promise<void> | undefined)[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) if (result.status === 'rejected') throw result.reason
}
