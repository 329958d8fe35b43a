import { Fault } from '../core/fault.js'

/** What a handshake may take: so long, and no longer than the server takes connections. */
export class Deadline implements Disposable {
  readonly #ending = new AbortController()
  readonly #outer: AbortSignal
  readonly #timer: NodeJS.Timeout

  /** @param milliseconds until it fires with the reason `handshake_timeout`; @param outer ends it earlier, with its own */
  constructor(milliseconds: number, outer: AbortSignal) {
    this.#outer = outer
    this.#timer = setTimeout(
      () => this.#ending.abort(new Fault('aborted', { reason: 'handshake_timeout' })),
      milliseconds,
    )
    outer.addEventListener('abort', this.#onOuter)
    if (outer.aborted) this.#onOuter()
  }

  get signal(): AbortSignal {
    return this.#ending.signal
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#outer.removeEventListener('abort', this.#onOuter)
  }

  readonly #onOuter = () => this.#ending.abort(this.#outer.reason)
}
