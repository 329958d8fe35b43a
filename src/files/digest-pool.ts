import type { DigestRequest } from '../core/digest.js'
import { Fault, unlessAborted } from '../core/fault.js'
import { Slots } from '../core/slots.js'
import { type DigestOutcome, type DigestThread, startDigestThread } from './digest-thread.js'
import { HashThread } from './hash-thread.js'
import type { OpenFile } from './reader.js'
import { UploadHash } from './upload-hash.js'

/** So long a digest may wait for others to be done. */
const PATIENCE_MS = 30_000

export interface HashingOptions {
  /** Most bytes that one digest may be of. */
  readonly maxSize: number
  /** Digests computed at a time, each on a thread of its own. */
  readonly concurrency: number
  /** Digests that may wait for that. */
  readonly queue: number
}

/** What is to be hashed of an open file. */
export type Extent = Omit<DigestRequest, 'to'> & { readonly to: number }

/** Hashes files on threads of their own, so that no session waits for another's digest. */
export class DigestPool implements AsyncDisposable {
  readonly #options: HashingOptions
  readonly #slots: Slots
  /** At most as many as digests may run at a time. */
  readonly #idle: DigestThread[] = []
  readonly #running = new Set<Promise<unknown>>()
  readonly #closing = new AbortController()
  /** Apart from the others, so that no upload waits for a digest. */
  #uploads: HashThread | undefined

  constructor(options: HashingOptions) {
    this.#options = options
    this.#slots = new Slots(options.concurrency, options.queue, () => new Fault('overloaded'))
  }

  /**
   * Takes the file over: it is closed when the thread is done with it, which may be after a signal has ended the call.
   *
   * @returns the digest in hex
   * @throws Fault `too_large`, `overloaded` when too many wait or this one waited for too long, `file_shrank`, or the
   * one that the signal gives
   */
  async digest(file: OpenFile, extent: Extent, signal: AbortSignal): Promise<string> {
    const ends = AbortSignal.any([signal, this.#closing.signal])
    const work = this.#work(file, extent, ends)
    this.#running.add(work)
    void work.catch(ignore).finally(() => this.#running.delete(work))
    return await unlessAborted(work, ends)
  }

  /** For an upload on its way, which owns it. */
  forUpload(): UploadHash {
    return new UploadHash(() => {
      if (!this.#uploads?.usable) this.#uploads = new HashThread()
      return this.#uploads
    })
  }

  /** Ends what runs, and every thread. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Fault('aborted'))
    await Promise.allSettled(this.#running)
    await Promise.all(this.#idle.splice(0).map(thread => thread[Symbol.asyncDispose]()))
    await this.#uploads?.[Symbol.asyncDispose]()
  }

  async #work({ handle }: OpenFile, extent: Extent, ends: AbortSignal): Promise<string> {
    try {
      if (extent.to - extent.from > this.#options.maxSize) throw new Fault('too_large')
      using _slot = await this.#turn(ends)
      const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
      const onAbort = () => Atomics.store(stop, 0, 1)
      ends.addEventListener('abort', onAbort, { once: true })
      const thread = this.#idle.pop() ?? startDigestThread()
      try {
        return hexOf(await thread.ask({ ...extent, fd: handle.fd, stop }))
      } finally {
        ends.removeEventListener('abort', onAbort)
        if (thread.usable) this.#idle.push(thread)
      }
    } finally {
      await handle.close()
    }
  }

  async #turn(ends: AbortSignal): Promise<Disposable> {
    const patience = AbortSignal.timeout(PATIENCE_MS)
    try {
      return await this.#slots.take(AbortSignal.any([ends, patience]))
    } catch (error) {
      throw patience.aborted && !ends.aborted ? new Fault('overloaded', { cause: error }) : error
    }
  }
}

function hexOf(outcome: DigestOutcome): string {
  switch (outcome.kind) {
    case 'done':
      return outcome.hex
    case 'stopped':
      throw new Fault('aborted')
    case 'shrank':
      throw new Fault('file_shrank')
    case 'failed':
      throw new Fault('storage_error', { cause: new Error(outcome.message) })
  }
}

const ignore = () => {}
