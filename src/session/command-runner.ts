import { isAbortable } from '../commands/command.js'
import type { Context, ReadyContext } from '../commands/context.js'
import { Fault, toFault } from '../core/fault.js'
import type { VirtualPath } from '../core/virtual-path.js'
import type { Charset } from '../protocol/charset.js'
import { parseCommandLine } from '../protocol/command-line.js'
import type { Line } from '../protocol/line-reader.js'
import { codeOf, type Reply } from '../protocol/replies.js'
import { type Ends, isDuringTransfer, takesRestart } from './context.js'
import { drive, gateEvent, type Outlet, refuse } from './dispatch.js'
import { type Admitted, admit } from './gates.js'
import type { State } from './state.js'

/** What the runner needs of its session. */
export interface RunnerHost extends Outlet {
  readonly state: State
  /** What the arguments of commands are in. */
  readonly charset: Charset
  /** Fires when the session ends. */
  readonly lifetime: AbortSignal
  contextFor(ends: Ends, renameFrom: VirtualPath | undefined): Context | ReadyContext
  /** A line did not pass the gates. */
  refused(): void
}

interface Running {
  readonly verb: string
  /** A transfer, or a digest: ABOR is about it. */
  readonly abortable: boolean
  readonly abort: AbortController
  done: Promise<void>
  /** The 150 went out: NOOP and STAT that come now are about the transfer. */
  opened: boolean
}

/** Runs the commands of a session: one at a time, and beside a running transfer those that are about it. */
export class CommandRunner {
  readonly #host: RunnerHost
  #running: Running | undefined

  constructor(host: RunnerHost) {
    this.#host = host
  }

  /** The verb of the command that runs now. */
  get verb(): string | undefined {
    return this.#running?.verb
  }

  /** To be told of every reply: after the 150 a transfer is open. */
  noteReply({ name }: Reply): void {
    if (this.#running && codeOf(name) < 200) this.#running.opened = true
  }

  /**
   * Whether a line that has just come in is answered while a transfer runs. ABOR overtakes what waits; NOOP and STAT
   * only when nothing does, so that pipelined commands stay in order.
   */
  isAboutTransfer(line: Line, othersWait: boolean): boolean {
    if (!this.#running?.abortable || line.kind !== 'line') return false
    const text = line.bytes.toString('latin1').trimEnd().toUpperCase()
    return text === 'ABOR' || (this.#running.opened && !othersWait && isDuringTransfer(text))
  }

  /** Answers one line with exactly one final reply. */
  async answer(line: Line): Promise<void> {
    const { state, charset, lifetime } = this.#host
    const renameFrom = state.phase === 'ready' ? state.renameFrom : undefined
    // Only the very next command may take it.
    if (state.phase === 'ready') state.renameFrom = undefined
    let verb = ''
    let admitted: Admitted
    try {
      if (line.kind !== 'line') throw new Fault('line_too_long')
      const command = parseCommandLine(line.bytes, charset)
      verb = command.verb
      admitted = admit(command, state)
    } catch (thrown) {
      const fault = toFault(thrown)
      if (takesRestart(verb)) this.#forgetRestart()
      await refuse(fault, gateEvent(fault, verb), this.#host)
      this.#host.refused()
      return
    }
    if (this.#running)
      await drive(admitted, this.#host.contextFor({ signal: lifetime }, undefined), this.#host)
    else await this.#run(admitted, renameFrom)
  }

  /** Ends what runs, transfer or not. */
  abort(fault: Fault): void {
    this.#running?.abort.abort(fault)
  }

  /** ABOR: ends the running transfer or digest and waits for its final reply; false when there is none. */
  async abortTransfer(): Promise<boolean> {
    const running = this.#running
    if (!running?.abortable) return false
    running.abort.abort(new Fault('aborted'))
    await running.done
    return true
  }

  async #run(admitted: Admitted, renameFrom: VirtualPath | undefined): Promise<void> {
    const { command } = admitted
    const abort = new AbortController()
    const abortable = isAbortable(command)
    const running: Running = { verb: command.verb, abortable, abort, done: Promise.resolve(), opened: false }
    this.#running = running
    if (this.#host.lifetime.aborted) abort.abort(this.#host.lifetime.reason)
    running.done = drive(admitted, this.#host.contextFor(abort, renameFrom), this.#host)
    try {
      await running.done
    } finally {
      this.#running = undefined
      if (abortable) this.#forgetRestart()
    }
  }

  /** REST holds for the very next transfer or digest, even one that was refused before it took the position. */
  #forgetRestart(): void {
    const { state } = this.#host
    if (state.phase === 'ready') state.restart = 0
  }
}
