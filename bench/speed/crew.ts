import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { cpuSeconds } from './processes.js'
import type { RunningServer } from './server.js'
import type { Answer, Order } from './visitor/orders.js'

const PROGRAM = fileURLToPath(new URL('visitor/main.js', import.meta.url))

export interface Outing {
  readonly seconds: number
  readonly serverCpu: number
  /** CPU seconds of the client process that used most. */
  readonly busiestCpu: number
  /** Milliseconds of each file or visit. */
  readonly took: readonly number[]
}

/** Client processes that carry out orders side by side. */
export class Crew implements Disposable {
  readonly #members: readonly ChildProcess[]
  readonly #server: RunningServer

  constructor(server: RunningServer, size: number) {
    this.#server = server
    this.#members = Array.from({ length: size }, () => fork(PROGRAM))
  }

  get size(): number {
    return this.#members.length
  }

  /** @throws Error when a process of it could not do what it was told */
  async carryOut(order: (index: number) => Order): Promise<Outing> {
    const pids = this.#members.map(({ pid }) => pid ?? 0)
    const before = {
      server: cpuSeconds(this.#server.pid),
      own: pids.map(cpuSeconds),
      time: performance.now(),
    }
    const answers = await Promise.all(this.#members.map((member, index) => tell(member, order(index))))
    const seconds = (performance.now() - before.time) / 1000
    const failed = answers.find(answer => answer.failed !== undefined)?.failed
    if (failed !== undefined) throw new Error(failed)
    return {
      seconds,
      serverCpu: cpuSeconds(this.#server.pid) - before.server,
      busiestCpu: Math.max(...pids.map((pid, index) => cpuSeconds(pid) - (before.own[index] ?? 0))),
      took: answers.flatMap(({ took }) => took),
    }
  }

  [Symbol.dispose](): void {
    for (const member of this.#members) member.kill('SIGKILL')
  }
}

async function tell(member: ChildProcess, order: Order): Promise<Answer> {
  const ended = new AbortController()
  const exit = () => ended.abort(new Error('a client process ended'))
  member.once('exit', exit)
  try {
    const answered = once(member, 'message', { signal: ended.signal })
    member.send(order)
    const [answer] = await answered
    return answer as Answer
  } finally {
    member.off('exit', exit)
  }
}
