import { AskedThread } from './asked-thread.js'
import { systemError } from './errno.js'
import type { Placed, WholeFile } from './place-whole.js'
import type { Piece, Written } from './write-piece.js'

export type WriteOrder = WholeFile | Piece
/** As the order was: a whole file is placed, a piece is written. */
export type WriteAnswer = Placed | Written

/** As many as Node has for everything else: while one waits for the disk, others go on. */
const MOST_THREADS = 4
/** Orders that wait for a thread before another is started: where the disk is fast, one or two do all there is. */
const MOST_WAITING = 3

/**
 * Threads that write what is uploaded, started when there is something to do. Each upload asks for one thing at a time,
 * so the bound on sessions is the bound on what waits here.
 */
export class WritingThreads implements AsyncDisposable {
  #threads: AskedThread<WriteOrder, WriteAnswer>[] = []

  /** @throws Fault `storage_error` when the thread ended before it answered: what it did is not known then */
  async place(file: WholeFile): Promise<Placed> {
    return (await this.#leastBusy().ask(file)) as Placed
  }

  /** Resolves when all is in the file. Throws the errno. @throws Fault as `place` */
  async write(piece: Piece): Promise<void> {
    const answer = (await this.#leastBusy().ask(piece)) as Written
    if (answer.kind === 'failed') throw systemError(answer.error)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.splice(0).map(thread => thread[Symbol.asyncDispose]()))
  }

  #leastBusy(): AskedThread<WriteOrder, WriteAnswer> {
    this.#threads = this.#threads.filter(({ usable }) => usable)
    const [first, ...others] = this.#threads
    const least = others.reduce((a, b) => (a && a.open <= b.open ? a : b), first)
    if (least && (least.open < MOST_WAITING || this.#threads.length === MOST_THREADS)) return least
    const fresh = new AskedThread<WriteOrder, WriteAnswer>(new URL('./write-worker.js', import.meta.url))
    this.#threads.push(fresh)
    return fresh
  }
}
