import type { Context, ReadyContext, SessionSummary } from '../commands/context.js'
import { COMMANDS } from '../commands/table.js'
import { type AuditEvent, type Reason, sessionEnded } from '../core/audit-event.js'
import { Fault, toFault } from '../core/fault.js'
import type { Audit, ControlConnection, DataChannel, Log } from '../core/ports.js'
import { parseCommandLine } from '../protocol/command-line.js'
import { type Line, LineReader } from '../protocol/line-reader.js'
import { codeOf, formatReply, type Reply } from '../protocol/replies.js'
import { isDuringTransfer, readyContext } from './context.js'
import { drive, gateEvent, type Outlet, refuse } from './dispatch.js'
import { isForeignProtocol } from './foreign-protocol.js'
import { type Admitted, admit } from './gates.js'
import { Inbox } from './inbox.js'
import { type LoginServices, loginFlow } from './login.js'
import type { LiveSession, Roster } from './roster.js'
import { GREETED, initialSettings, type Ready, type State } from './state.js'
import { Tally } from './tally.js'

const LINE_LIMIT_BEFORE_LOGIN = 512
const LINE_LIMIT = 4096
/** Commands before login that no client sends by mistake this often. */
const ABUSE_LIMIT = 10
/** The peer went away or must not be answered: no 421 for these. */
const SILENT_ENDS: ReadonlySet<Reason> = new Set([
  'quit',
  'peer_closed',
  'connection_lost',
  'foreign_protocol',
])

export interface SessionOptions {
  readonly greeting: string
  /** Milliseconds from the greeting to a successful login. */
  readonly loginTimeout: number
  /** Milliseconds without a command, transfers not counted. */
  readonly idleTimeout: number
}

export interface SessionServices extends LoginServices {
  readonly audit: Audit
  readonly log: Log
  readonly roster: Roster
  /** Read at the start of each session, so that a reload reaches the next one. */
  readonly sessionOptions: SessionOptions
}

export interface SessionConnection {
  readonly id: string
  readonly control: ControlConnection
  /** Opens the session's data channel, whose events go through `record`. */
  openData(record: (event: AuditEvent) => void): DataChannel
}

interface Running {
  readonly verb: string
  readonly transfer: boolean
  readonly abort: AbortController
  done: Promise<void>
  /** The 150 went out: NOOP and STAT that come now are about the transfer. */
  opened: boolean
}

/** One control connection from greeting to goodbye. */
export class Session implements LiveSession, Outlet {
  readonly #services: SessionServices
  readonly #connection: SessionConnection
  readonly #data: DataChannel
  readonly #options: SessionOptions
  readonly #reader = new LineReader(LINE_LIMIT_BEFORE_LOGIN)
  readonly #inbox = new Inbox()
  readonly #settings = initialSettings()
  readonly #tally = new Tally()
  readonly #lifetime = new AbortController()
  readonly #since = new Date()
  #state: State = GREETED
  #user: string | undefined
  #running: Running | undefined
  #ending: Reason | undefined
  #draining = false
  #abuses = 0

  constructor(services: SessionServices, connection: SessionConnection) {
    this.#services = services
    this.#connection = connection
    this.#data = connection.openData(event => this.record(event))
    this.#options = services.sessionOptions
  }

  get user(): string | undefined {
    return this.#user
  }

  get log(): Log {
    return this.#services.log
  }

  get summary(): SessionSummary {
    const { id, control } = this.#connection
    return { id, address: control.peer.address, since: this.#since, doing: this.#running?.verb ?? 'idle' }
  }

  /** Resolves when the session is over and all it held is given back. */
  async run(): Promise<void> {
    using _entry = this.#services.roster.enter(this)
    const { control } = this.#connection
    const reading = this.#read()
    try {
      await this.send({ name: 'greeting', text: this.#options.greeting })
      await this.#work()
    } catch (error) {
      this.log.error({ err: error, session: this.#connection.id }, 'session failed')
      this.end('internal')
    }
    const reason = this.#ending ?? 'quit'
    if (!SILENT_ENDS.has(reason)) await this.send({ name: 'closing' })
    await this.#moveTo(GREETED)
    await this.#data[Symbol.asyncDispose]()
    await control[Symbol.asyncDispose]()
    await reading
    this.#recordEnd(reason)
  }

  drain(): void {
    this.#draining = true
    if (!this.#running) this.end('shutting_down')
  }

  end(reason: Reason): void {
    if (this.#ending) return
    this.#ending = reason
    this.#inbox.close()
    const fault = new Fault('aborted', { reason })
    this.#lifetime.abort(fault)
    this.#running?.abort.abort(fault)
  }

  record(event: AuditEvent): void {
    const { id, control } = this.#connection
    const { address, port } = control.peer
    this.#tally.count(event)
    this.#services.audit.record(event, { session: id, client: { address, port }, user: this.#user })
  }

  async send(reply: Reply): Promise<void> {
    if (this.#running && codeOf(reply.name) < 200) this.#running.opened = true
    if (!(await this.#connection.control.write(formatReply(reply)))) this.end('connection_lost')
  }

  /** Reads on while a command runs, so that ABOR, STAT and NOOP work during a transfer. */
  async #read(): Promise<void> {
    try {
      for await (const chunk of this.#connection.control.input) {
        for (const line of this.#reader.push(chunk)) await this.#arrived(line)
        if (this.#ending) return
      }
      this.end('peer_closed')
    } catch (error) {
      this.log.debug({ err: error, session: this.#connection.id }, 'control connection lost')
      this.end('connection_lost')
    }
  }

  async #arrived(line: Line): Promise<void> {
    if (line.kind === 'endless') this.end('protocol_abuse')
    else if (this.#isAboutTransfer(line)) await this.#answer(line)
    else await this.#inbox.put(line)
  }

  /** ABOR overtakes what waits; NOOP and STAT only when nothing does, so that pipelined commands stay in order. */
  #isAboutTransfer(line: Line): boolean {
    if (!this.#running?.transfer || line.kind !== 'line') return false
    const text = line.bytes.toString('latin1').trimEnd().toUpperCase()
    if (text === 'ABOR') return true
    return this.#running.opened && this.#inbox.empty && isDuringTransfer(text)
  }

  async #work(): Promise<void> {
    const loginDeadline = performance.now() + this.#options.loginTimeout
    while (!this.#ending) {
      const line = await this.#nextLine(loginDeadline)
      if (!line) return
      await this.#answer(line)
      if (this.#draining) this.end('shutting_down')
    }
  }

  async #nextLine(loginDeadline: number): Promise<Line | undefined> {
    const loggedIn = this.#state.phase === 'ready'
    const patience = loggedIn ? this.#options.idleTimeout : Math.max(0, loginDeadline - performance.now())
    const timer = setTimeout(() => this.end(loggedIn ? 'idle_timeout' : 'login_timeout'), patience)
    try {
      return await this.#inbox.take()
    } finally {
      clearTimeout(timer)
    }
  }

  async #answer(line: Line): Promise<void> {
    const state = this.#state
    if (state.phase !== 'ready' && line.kind === 'line' && isForeignProtocol(line.bytes)) {
      this.end('foreign_protocol')
      return
    }
    const renameFrom = state.phase === 'ready' ? state.renameFrom : undefined
    if (state.phase === 'ready') state.renameFrom = undefined
    let verb = ''
    let admitted: Admitted
    try {
      if (line.kind !== 'line') throw new Fault('line_too_long')
      const command = parseCommandLine(line.bytes)
      verb = command.verb
      admitted = admit(command, state)
    } catch (thrown) {
      const fault = toFault(thrown)
      await refuse(fault, gateEvent(fault, verb), this)
      if (state.phase !== 'ready' && ++this.#abuses >= ABUSE_LIMIT) this.end('protocol_abuse')
      return
    }
    if (this.#running) await drive(admitted, this.#context(this.#lifetime.signal, renameFrom), this)
    else await this.#run(admitted, renameFrom)
  }

  async #run(admitted: Admitted, renameFrom: Ready['renameFrom']): Promise<void> {
    const { command } = admitted
    const abort = new AbortController()
    const transfer = 'transfer' in command && command.transfer === true
    const running: Running = { verb: command.verb, transfer, abort, done: Promise.resolve(), opened: false }
    this.#running = running
    if (this.#ending) abort.abort(new Fault('aborted'))
    running.done = drive(admitted, this.#context(abort.signal, renameFrom), this).finally(() => {
      this.#running = undefined
    })
    await running.done
  }

  #context(signal: AbortSignal, renameFrom: Ready['renameFrom']): Context | ReadyContext {
    const { control } = this.#connection
    const base: Context = {
      peer: control.peer,
      serverName: control.serverName,
      settings: this.#settings,
      commands: COMMANDS,
      signal,
      login: loginFlow(this.#services, {
        address: control.peer.address,
        signal,
        state: () => this.#state,
        moveTo: state => this.#moveTo(state),
      }),
      abortTransfer: () => this.#abortTransfer(),
      quit: () => this.end('quit'),
    }
    const state = this.#state
    if (state.phase !== 'ready') return base
    return readyContext(base, state, this.#data, renameFrom, () =>
      this.#services.roster.ofUser(state.identity.name).map(session => session.summary),
    )
  }

  async #abortTransfer(): Promise<boolean> {
    const running = this.#running
    if (!running?.transfer) {
      await this.#data.reset()
      return false
    }
    running.abort.abort(new Fault('aborted'))
    await running.done
    return true
  }

  async #moveTo(next: State): Promise<void> {
    const before = this.#state
    this.#state = next
    if (next.phase === 'ready') {
      this.#user = next.identity.name
      this.#reader.limit = LINE_LIMIT
    }
    if (before.phase !== 'ready') return
    await this.#data.reset()
    await before.files[Symbol.asyncDispose]()
    before.place[Symbol.dispose]()
  }

  #recordEnd(reason: Reason): void {
    try {
      this.record(sessionEnded(reason, this.#tally.totals))
    } catch (error) {
      this.log.error({ err: error }, 'the end of a session could not be written to the audit log')
    }
  }
}
