import { AskedThread } from './asked-thread.js'
import { systemError } from './errno.js'
import type { Placed, WholeFile } from './place-whole.js'
import type { Piece, Written } from './write-piece.js'

export type WriteOrder = WholeFile | Piece
/** As the order was: a whole file is placed, a piece is written. */
export type WriteAnswer = Placed | Written

/** As many as Node has for everything else: while one waits for the disk, others go on. */
const MOST_THREADS = 4
/** Of these, for pieces of large files: small ones do not wait behind all that a slow disk has to do for those. */
const MOST_FOR_PIECES = 3
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
    return (await this.#thread(MOST_THREADS).ask(file)) as Placed
  }

  /** Resolves when all is in the file. Throws the errno. @throws Fault as `place` */
  async write(piece: Piece): Promise<void> {
    const answer = (await this.#thread(MOST_FOR_PIECES).ask(piece)) as Written
    if (answer.kind === 'failed') throw systemError(answer.error)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.splice(0).map(thread => thread[Symbol.asyncDispose]()))
  }

  /** One of the first `most`. */
  #thread(most: number): AskedThread<WriteOrder, WriteAnswer> {
    this.#threads = this.#threads.filter(({ usable }) => usable)
    const chosen = leastBusy(this.#threads, most)
    if (chosen) return chosen
    const fresh = new AskedThread<WriteOrder, WriteAnswer>(new URL('./write-worker.js', import.meta.url))
    this.#threads.push(fresh)
    return fresh
  }
}

/** Of the first `most` that with the fewest orders; undefined while they are fewer and all of them have enough. */
export function leastBusy<T extends Pick<AskedThread<never, never>, 'open'>>(
  threads: readonly T[],
  most: number,
): T | undefined {
  const [first, ...others] = threads.slice(0, most)
  const least = others.reduce((a, b) => (a && a.open <= b.open ? a : b), first)
  return least && (least.open < MOST_WAITING || threads.length >= most) ? least : undefined
}
