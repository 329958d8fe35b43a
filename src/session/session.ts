import type { Context, ReadyContext, SessionSummary } from '../commands/context.js'
import { type AuditEvent, type Subject, sessionEnded } from '../core/audit-event.js'
import type { ClientCertificate } from '../core/client-certificate.js'
import { Fault } from '../core/fault.js'
import type { ControlConnection, DataChannel, Log } from '../core/ports.js'
import type { Reason } from '../core/reason.js'
import type { VirtualPath } from '../core/virtual-path.js'
import type { Charset } from '../protocol/charset.js'
import { type Line, LineReader } from '../protocol/line-reader.js'
import { encodeReply, type Reply } from '../protocol/replies.js'
import { ABUSE_LIMIT, LINE_LIMIT, LINE_LIMIT_BEFORE_LOGIN, SILENT_ENDS } from './bounds.js'
import { CommandRunner, type RunnerHost } from './command-runner.js'
import { type ContextSource, contextOf, type Ends } from './context.js'
import { isForeignProtocol } from './foreign-protocol.js'
import { Inbox } from './inbox.js'
import { giveUp, loginFlow } from './login.js'
import type { LiveSession } from './roster.js'
import type { SessionConnection, SessionOptions, SessionServices } from './services.js'
import { charsetFor, GREETED, initialSettings, type State } from './state.js'
import { Tally } from './tally.js'

/** One control connection from greeting to goodbye. */
export class Session implements LiveSession, RunnerHost {
  readonly #services: SessionServices
  readonly #options: SessionOptions
  readonly #control: ControlConnection
  readonly #data: DataChannel
  readonly #reader = new LineReader(LINE_LIMIT_BEFORE_LOGIN)
  readonly #inbox = new Inbox()
  readonly #runner: CommandRunner
  readonly #source: ContextSource
  readonly #settings = initialSettings()
  readonly #tally = new Tally()
  readonly #lifetime = new AbortController()
  readonly #since = new Date()
  #state: State = GREETED
  #subject: Subject
  #ending: Reason | undefined
  /** Why it ends after the command that runs now. */
  #draining: Reason | undefined
  #abuses = 0
  #loginDeadline = 0

  constructor(services: SessionServices, { id, control, openData }: SessionConnection) {
    this.#services = services
    this.#options = services.sessionOptions
    this.#subject = { session: id, client: { address: control.peer.address, port: control.peer.port } }
    this.#control = control
    this.#data = openData(event => this.record(event))
    this.#runner = new CommandRunner(this)
    this.#source = this.#contextSource()
  }

  get user(): string | undefined {
    return this.#subject.user
  }

  get certificate(): ClientCertificate | undefined {
    return this.#control.certificate
  }

  get log(): Log {
    return this.#services.log
  }

  get state(): State {
    return this.#state
  }

  get charset(): Charset {
    return charsetFor(this.#state, this.#settings)
  }

  get lifetime(): AbortSignal {
    return this.#lifetime.signal
  }

  get summary(): SessionSummary {
    const { session: id, client } = this.#subject
    return { id, address: client.address, since: this.#since, doing: this.#runner.verb ?? 'idle' }
  }

  /** Resolves when the session is over and all it held is given back. */
  async run(): Promise<void> {
    using _entry = this.#services.roster.enter(this)
    const reading = this.#read()
    try {
      await this.send({ name: 'greeting', text: this.#options.greeting })
      await this.#work()
    } catch (error) {
      this.log.error({ err: error, session: this.#subject.session }, 'session failed')
      this.end('internal')
    }
    const reason = this.#ending ?? 'internal'
    if (!SILENT_ENDS.includes(reason)) await this.send({ name: 'closing' })
    await this.#moveTo(GREETED)
    await this.#data[Symbol.asyncDispose]()
    // Before the peer can see the end: who sees it finds the record.
    this.#recordEnd(reason)
    await this.#control[Symbol.asyncDispose]()
    await reading
  }

  get transferred(): number | undefined {
    return this.#data.progress
  }

  drain(reason: Reason): void {
    this.#draining ??= reason
    if (this.#runner.verb === undefined) this.end(reason)
  }

  end(reason: Reason): void {
    if (this.#ending) return
    this.#ending = reason
    this.#inbox.close()
    const fault = new Fault('aborted', { reason })
    this.#lifetime.abort(fault)
    this.#runner.abort(fault)
  }

  record(event: AuditEvent): void {
    this.#tally.count(event)
    this.#services.audit.record(event, this.#subject)
  }

  requireRecordable(): void {
    this.#services.audit.requireWritable()
  }

  async send(reply: Reply): Promise<void> {
    this.#runner.noteReply(reply)
    if (!(await this.#control.write(encodeReply(reply, this.charset)))) this.end('connection_lost')
  }

  refused(): void {
    if (this.#state.phase !== 'ready' && ++this.#abuses >= ABUSE_LIMIT) this.end('protocol_abuse')
  }

  contextFor(ends: Ends, renameFrom: VirtualPath | undefined): Context | ReadyContext {
    return contextOf(this.#source, this.#state, ends, renameFrom)
  }

  #contextSource(): ContextSource {
    return {
      peer: this.#control.peer,
      serverName: this.#control.serverName,
      settings: this.#settings,
      data: this.#data,
      charset: () => this.charset,
      login: signal =>
        loginFlow(this.#services, {
          subject: this.#subject,
          signal,
          occupant: {
            address: this.#control.peer.address,
            certificate: this.certificate,
            end: reason => this.end(reason),
            drain: reason => this.drain(reason),
          },
          state: () => this.#state,
          record: event => this.record(event),
          moveTo: state => this.#moveTo(state),
        }),
      abortTransfer: async () => {
        const aborted = await this.#runner.abortTransfer()
        if (!aborted) await this.#data.reset()
        return aborted
      },
      quit: () => this.end('quit'),
      requireRecordable: () => this.requireRecordable(),
      sessionsOf: user => this.#services.roster.ofUser(user).map(session => session.summary),
    }
  }

  /** Reads on while a command runs, so that ABOR, STAT and NOOP work during a transfer. */
  async #read(): Promise<void> {
    try {
      for await (const chunk of this.#control.input) {
        for (const line of this.#reader.push(chunk)) await this.#arrived(line)
        if (this.#ending) return
      }
      this.end('peer_closed')
    } catch (error) {
      this.log.debug({ err: error, session: this.#subject.session }, 'control connection lost')
      this.end('connection_lost')
    }
  }

  async #arrived(line: Line): Promise<void> {
    if (line.kind === 'endless') this.end('protocol_abuse')
    else if (this.#runner.isAboutTransfer(line, !this.#inbox.empty)) await this.#runner.answer(line)
    else await this.#inbox.put(line)
  }

  async #work(): Promise<void> {
    this.#expectLogin()
    for (let line = await this.#nextLine(); line; line = await this.#nextLine()) {
      if (this.#state.phase !== 'ready' && line.kind === 'line' && isForeignProtocol(line.bytes))
        this.end('foreign_protocol')
      else await this.#runner.answer(line)
      if (this.#draining) this.end(this.#draining)
    }
  }

  /** At the start, and when USER logs out whoever it was before. */
  #expectLogin(): void {
    this.#subject = { ...this.#subject, user: undefined }
    this.#loginDeadline = performance.now() + this.#options.loginTimeout
    this.#reader.limit = LINE_LIMIT_BEFORE_LOGIN
  }

  async #nextLine(): Promise<Line | undefined> {
    const loggedIn = this.#state.phase === 'ready'
    const patience = loggedIn
      ? this.#options.idleTimeout
      : Math.max(0, this.#loginDeadline - performance.now())
    // A peer whose next command is always there already would never meet the timer.
    if (patience === 0) this.end('login_timeout')
    const timer = setTimeout(() => this.end(loggedIn ? 'idle_timeout' : 'login_timeout'), patience)
    try {
      return await this.#inbox.take()
    } finally {
      clearTimeout(timer)
    }
  }

  async #moveTo(next: State): Promise<void> {
    const before = this.#state
    this.#state = next
    if (next.phase === 'ready') {
      this.#subject = { ...this.#subject, user: next.identity.name }
      this.#reader.limit = LINE_LIMIT
    }
    if (before.phase === 'challenged') await giveUp(before, this)
    if (before.phase !== 'ready') return
    if (next.phase === 'named') this.#expectLogin()
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
