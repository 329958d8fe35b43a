import { AskedThread } from './asked-thread.js'
import type { Placed, WholeFile } from './place-whole.js'

/** As many as Node has for everything else: while one waits for the disk, others go on. */
const MOST_THREADS = 4
/** Files that wait for a thread before another is started: where the disk is fast, one or two do all there is. */
const MOST_WAITING = 3

/**
 * Threads that write small uploads, started when there is something to do. Each upload asks once, so the bound on
 * sessions is the bound on what waits here.
 */
export class PlacingThreads implements AsyncDisposable {
  #threads: AskedThread<WholeFile, Placed>[] = []

  /** @throws Fault `storage_error` when the thread ended before it answered: what it did is not known then */
  place(file: WholeFile): Promise<Placed> {
    return this.#leastBusy().ask(file)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.splice(0).map(thread => thread[Symbol.asyncDispose]()))
  }

  #leastBusy(): AskedThread<WholeFile, Placed> {
    this.#threads = this.#threads.filter(({ usable }) => usable)
    const [first, ...others] = this.#threads
    const least = others.reduce((a, b) => (a && a.open <= b.open ? a : b), first)
    if (least && (least.open < MOST_WAITING || this.#threads.length === MOST_THREADS)) return least
    const fresh = new AskedThread<WholeFile, Placed>(new URL('./place-worker.js', import.meta.url))
    this.#threads.push(fresh)
    return fresh
  }
}
