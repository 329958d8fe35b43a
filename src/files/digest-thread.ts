import { Worker } from 'node:worker_threads'
import type { DigestAlgorithm } from '../core/digest.js'

/** What a thread is told. The file stays open, and its number the same, until the outcome is there. */
export interface DigestTask {
  readonly fd: number
  readonly algorithm: DigestAlgorithm
  /** Offset of the first byte. */
  readonly from: number
  /** Offset behind the last byte. */
  readonly to: number
  /** Shared memory; anything but 0 in it ends the work before the next read. */
  readonly stop: Int32Array
}

export type DigestOutcome =
  | { readonly kind: 'done'; readonly hex: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'shrank' }
  | { readonly kind: 'failed'; readonly message: string }

/** A thread that hashes, one task at a time. It does not keep the process alive while it has none. */
export class DigestThread implements AsyncDisposable {
  readonly #worker = new Worker(new URL('./digest-worker.js', import.meta.url), { execArgv: [] })
  #settle: ((outcome: DigestOutcome) => void) | undefined
  #over = false

  constructor() {
    this.#worker.unref()
    this.#worker.on('message', (outcome: DigestOutcome) => this.#settle?.(outcome))
    this.#worker.on('error', error => this.#end(String(error)))
    this.#worker.on('exit', () => this.#end('the thread ended'))
  }

  /** False once the thread has ended, whatever ended it. */
  get usable(): boolean {
    return !this.#over
  }

  /** Resolves when the thread is done with the file. */
  async run(task: DigestTask): Promise<DigestOutcome> {
    if (this.#over) return { kind: 'failed', message: 'the thread ended' }
    this.#worker.ref()
    try {
      return await new Promise<DigestOutcome>(resolve => {
        this.#settle = resolve
        this.#worker.postMessage(task)
      })
    } finally {
      this.#settle = undefined
      this.#worker.unref()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }

  #end(message: string): void {
    this.#over = true
    this.#settle?.({ kind: 'failed', message })
  }
}
