import { isAbortable } from '../commands/command.js'
import type { Context, LoginFlow, ReadyContext, SessionSummary, Settings } from '../commands/context.js'
import { COMMANDS, findCommand } from '../commands/table.js'
import type { Endpoint } from '../core/endpoint.js'
import type { Identity } from '../core/identity.js'
import type { DataChannel, Files } from '../core/ports.js'
import type { VirtualPath } from '../core/virtual-path.js'
import type { Charset } from '../protocol/charset.js'
import type { Ready, State } from './state.js'

/** What a session gives to the context of each command. The functions are good without their object. */
export interface ContextSource
  extends Pick<Context, 'abortTransfer' | 'peer' | 'quit' | 'requireRecordable' | 'serverName' | 'settings'> {
  readonly data: DataChannel
  readonly charset: () => Charset
  readonly login: (signal: AbortSignal) => LoginFlow
  readonly sessionsOf: (user: string) => readonly SessionSummary[]
}

/** What has the signal; asked only by who needs it, because a controller makes it then. */
export type Ends = Pick<AbortController, 'signal'>

// Classes, because a context is made for each command: an object of spread parts and accessors costs many times as much.

class CommandContext implements Context {
  readonly peer: Endpoint
  readonly serverName: string | undefined
  readonly settings: Settings
  readonly charset: Charset
  readonly commands = COMMANDS
  readonly abortTransfer: () => Promise<boolean>
  readonly quit: () => void
  readonly requireRecordable: () => void
  readonly #login: ContextSource['login']
  readonly #ends: Ends

  constructor(source: ContextSource, ends: Ends) {
    this.peer = source.peer
    this.serverName = source.serverName
    this.settings = source.settings
    this.charset = source.charset()
    this.#ends = ends
    this.abortTransfer = source.abortTransfer
    this.quit = source.quit
    this.requireRecordable = source.requireRecordable
    this.#login = source.login
  }

  get signal(): AbortSignal {
    return this.#ends.signal
  }

  get login(): LoginFlow {
    return this.#login(this.signal)
  }
}

class LoggedInContext extends CommandContext implements ReadyContext {
  readonly user: Identity
  readonly files: Files
  readonly data: DataChannel
  readonly #sessionsOf: ContextSource['sessionsOf']
  readonly #state: Ready
  readonly #renameFrom: VirtualPath | undefined

  constructor(source: ContextSource, ends: Ends, state: Ready, renameFrom: VirtualPath | undefined) {
    super(source, ends)
    this.#sessionsOf = source.sessionsOf
    this.#state = state
    this.#renameFrom = renameFrom
    this.user = state.identity
    this.files = state.files
    this.data = source.data
  }

  // Made for who asks, as handlers take them out of their context: a transfer needs one of these functions, most none.

  get ownSessions(): () => readonly SessionSummary[] {
    return () => this.#sessionsOf(this.user.name)
  }

  get setRestart(): (position: number) => void {
    return position => {
      this.#state.restart = position
    }
  }

  get takeRestart(): () => number {
    return () => {
      const position = this.#state.restart
      this.#state.restart = 0
      return position
    }
  }

  get setRenameFrom(): (path: VirtualPath) => void {
    return path => {
      this.#state.renameFrom = path
    }
  }

  get takeRenameFrom(): () => VirtualPath | undefined {
    return () => this.#renameFrom
  }

  get cwd(): VirtualPath {
    return this.#state.cwd
  }

  set cwd(path: VirtualPath) {
    this.#state.cwd = path
  }
}

/** The view that a handler gets of its session, as far as that has come. */
export function contextOf(
  source: ContextSource,
  state: State,
  ends: Ends,
  renameFrom: VirtualPath | undefined,
): Context | ReadyContext {
  return state.phase === 'ready'
    ? new LoggedInContext(source, ends, state, renameFrom)
    : new CommandContext(source, ends)
}

/** Whether a verb, in upper case, is that of a command that a REST before it is about. */
export const takesRestart = (verb: string): boolean => {
  const command = findCommand(verb, '')?.command
  return command !== undefined && isAbortable(command)
}

/** Whether a line, in upper case, is a command that is answered while a transfer runs. */
export function isDuringTransfer(line: string): boolean {
  const [verb = ''] = line.split(' ', 1)
  return findCommand(verb, line.slice(verb.length + 1))?.command.duringTransfer === true
}
