import { Fault, toFault } from '../core/fault.js'
import type { FaultKind, Reason } from '../core/reason.js'

/** A Fault as plain data. Of what it came from only the stack is kept: an error may hold what cannot be sent. */
export interface FaultRecord {
  readonly kind: FaultKind
  readonly reason: Reason
  readonly cause: string | undefined
}

export function faultRecord(thrown: unknown): FaultRecord {
  const { kind, reason, cause } = toFault(thrown)
  const stack = cause instanceof Error ? (cause.stack ?? cause.message) : cause
  return { kind, reason, cause: stack === undefined ? undefined : String(stack) }
}

export const faultOf = ({ kind, reason, cause }: FaultRecord): Fault =>
  new Fault(kind, { reason, ...(cause === undefined ? {} : { cause: new Error(cause) }) })

/** One end of what connects two threads: a `MessagePort`, or the `Worker` itself. */
export interface Wire {
  postMessage(value: unknown): void
  on(event: 'message', listener: (messages: readonly Message[]) => void): unknown
}

/** What one end offers the other. */
type Functions<T> = { readonly [Name in keyof T]: (...args: never[]) => unknown }
type Arguments<F> = F extends (...args: infer Args) => unknown ? Args : never
type Result<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never

type Message =
  | { readonly call: string; readonly args: readonly unknown[]; readonly id?: number }
  | { readonly answer: number; readonly value?: unknown; readonly fault?: FaultRecord }

interface Asking {
  resolve(value: unknown): void
  reject(fault: Fault): void
}

/**
 * Calls between two threads, in order, both ways. Nothing here waits by a timer: who asks has one, or the other end
 * answers because of one of its own. To wake a thread costs more than most messages do, so what needs no answer goes
 * along with the next that does, at the latest when this turn of the event loop is over.
 */
export class Calls<Theirs extends Functions<Theirs>> {
  readonly #port: Wire
  readonly #mine: Readonly<Record<string, (...args: never[]) => unknown>>
  readonly #asking = new Map<number, Asking>()
  #waiting: Message[] = []
  #flush: NodeJS.Immediate | undefined
  #last = 0
  #over: Fault | undefined

  constructor(port: Wire, mine: Functions<unknown>) {
    this.#port = port
    this.#mine = mine as Readonly<Record<string, (...args: never[]) => unknown>>
    port.on('message', messages => {
      for (const message of messages) void this.#take(message)
    })
  }

  /** @throws Fault what the other end threw, or what `end` was given */
  ask<Name extends keyof Theirs & string>(
    name: Name,
    ...args: Arguments<Theirs[Name]>
  ): Promise<Result<Theirs[Name]>> {
    return new Promise<unknown>((resolve, reject) => {
      if (this.#over) return reject(this.#over)
      const id = ++this.#last
      this.#asking.set(id, { resolve, reject })
      this.#post({ call: name, args, id })
    }) as Promise<Result<Theirs[Name]>>
  }

  /** Without an answer. */
  tell<Name extends keyof Theirs & string>(name: Name, ...args: Arguments<Theirs[Name]>): void {
    if (this.#over) return
    this.#waiting.push({ call: name, args })
    this.#flush ??= setImmediate(() => this.#send())
  }

  /** The other end is gone. */
  end(fault: Fault): void {
    this.#over ??= fault
    for (const { reject } of this.#asking.values()) reject(this.#over)
    this.#asking.clear()
  }

  #post(message: Message): void {
    this.#waiting.push(message)
    this.#send()
  }

  #send(): void {
    if (this.#flush) clearImmediate(this.#flush)
    this.#flush = undefined
    this.#port.postMessage(this.#waiting)
    this.#waiting = []
  }

  async #take(message: Message): Promise<void> {
    if ('answer' in message) {
      const asking = this.#asking.get(message.answer)
      this.#asking.delete(message.answer)
      if (message.fault) asking?.reject(faultOf(message.fault))
      else asking?.resolve(message.value)
      return
    }
    const { call, args, id } = message
    try {
      const value = await this.#mine[call]?.(...(args as never[]))
      if (id !== undefined) this.#post({ answer: id, value })
    } catch (error) {
      if (id !== undefined) this.#post({ answer: id, fault: faultRecord(error) })
    }
  }
}
