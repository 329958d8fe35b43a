import { parentPort, Worker } from 'node:worker_threads'
import { Fault } from '../core/fault.js'

interface Question<Order> {
  /** Undefined when nobody waits for an answer. */
  readonly number: number | undefined
  readonly order: Order
}

interface Asking<Answer> {
  resolve(answer: Answer): void
  reject(fault: Fault): void
}

/**
 * A thread that is asked and answers, in order. It does not keep the process alive while no question is open. Who asks
 * bounds how many are.
 */
export class AskedThread<Order, Answer> implements AsyncDisposable {
  readonly #worker: Worker
  readonly #asking = new Map<number, Asking<Answer>>()
  #last = 0
  #stopping = false
  #over: Fault | undefined

  /** @param program calls {@link answerWith} */
  constructor(program: URL) {
    this.#worker = new Worker(program, { execArgv: [] })
    this.#worker.unref()
    this.#worker.on('message', ([number, answer]: [number, Answer]) => {
      this.#asking.get(number)?.resolve(answer)
      this.#asking.delete(number)
      // who waits for its end would wait in vain if the process did not: an answer may still come in between
      if (this.#asking.size === 0 && !this.#stopping) this.#worker.unref()
    })
    this.#worker.on('error', error => this.#end(error))
    this.#worker.on('exit', () => this.#end(new Error('the thread ended')))
  }

  /** False once the thread has ended, whatever ended it. */
  get usable(): boolean {
    return this.#over === undefined
  }

  /** Questions without an answer yet. */
  get open(): number {
    return this.#asking.size
  }

  /** @throws Fault `storage_error` when the thread has ended */
  ask(order: Order): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(this.#over)
      const number = ++this.#last
      this.#asking.set(number, { resolve, reject })
      if (this.#asking.size === 1) this.#worker.ref()
      this.#worker.postMessage({ number, order } satisfies Question<Order>)
    })
  }

  /** Nobody waits for an answer. */
  tell(order: Order): void {
    this.#worker.postMessage({ number: undefined, order } satisfies Question<Order>)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true
    await this.#worker.terminate()
  }

  #end(cause: unknown): void {
    this.#over ??= new Fault('storage_error', { cause })
    for (const { reject } of this.#asking.values()) reject(this.#over)
    this.#asking.clear()
  }
}

/** The thread's side: answers each order with what `work` returns. What it throws ends the thread. */
export function answerWith<Order, Answer>(work: (order: Order) => Answer): void {
  parentPort?.on('message', ({ number, order }: Question<Order>) => {
    const answer = work(order)
    if (number !== undefined) parentPort?.postMessage([number, answer])
  })
}
