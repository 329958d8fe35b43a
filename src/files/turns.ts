import { Fault } from '../core/fault.js'

/** The steps of one upload: one at a time, and none after a failure, for a hole in a file must never be committed. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()
  #failure: unknown
  #over = false

  /** Whether a step failed for another reason than that the upload was given up. */
  get failed(): boolean {
    const wasGivenUp = this.#failure instanceof Fault && this.#failure.kind === 'aborted'
    return this.#failure !== undefined && !wasGivenUp
  }

  /** No other step begins any more. */
  get over(): boolean {
    return this.#over
  }

  /** Throws what an earlier one threw. @throws Fault `aborted` after `end` */
  take<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      if (this.#over) throw new Fault('aborted')
      if (this.#failure !== undefined) throw this.#failure
      return await step()
    })
    this.#last = turn.catch(error => {
      this.#failure ??= error
    })
    return turn
  }

  /** Resolves when the last one is over, and no other begins. */
  async end(): Promise<void> {
    this.#over = true
    await this.#last
  }
}
