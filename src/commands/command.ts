import type { AuditEvent } from '../core/audit-event.js'
import type { Fault } from '../core/fault.js'
import type { Right } from '../core/permission.js'
import type { Reason } from '../core/reason.js'
import type { VirtualPath } from '../core/virtual-path.js'
import type { Reply, ReplyName } from '../protocol/replies.js'
import type { CommandInfo, Context, ReadyContext } from './context.js'

/** A handler yields its replies in order; dispatch writes them. A thrown Fault becomes the final reply. */
export type Replies = AsyncGenerator<ReplyName | Reply, void, void>

interface Row extends CommandInfo {
  /** Answered at once when it arrives while a transfer runs; others wait for their turn. */
  readonly duringTransfer?: true
}

/** Allowed at any time; the argument is text for the handler to read. */
export interface AnyTimeCommand extends Row {
  readonly phase: 'any'
  readonly argument: 'none' | 'optional' | 'required'
  run(context: Context, argument: string): Replies
}

/** Needs a login but touches no path. */
export interface ReadyCommand extends Row {
  readonly phase: 'ready'
  readonly argument: 'none' | 'optional' | 'required'
  /** Uses the data connection: takes the REST position, and its failure is an event of its own. */
  readonly transfer?: true
  run(context: ReadyContext, argument: string): Replies
}

/** `enter`: the path or something beneath it is granted. A list: any one of the rights is enough. */
export type NeededRight = Right | 'enter' | readonly (Right | 'enter')[]

/**
 * Touches a path, which dispatch resolves and checks against `right` before the handler runs. The path is the whole
 * argument, or what is left of it:
 * `path`; `optional-path` (default: the working directory); `list-path` (the same, after `ls` options);
 * `word-path` (behind a first word); `utime-path` (beside a time, see `splitUtime`); `quoted-path` (in double quotes when more follows, see `leadingQuoted`). The
 * handler also gets the `text` as it was typed: the path's, the word, or what followed the quotes.
 */
export interface PathCommand extends Row {
  readonly phase: 'ready'
  readonly argument: 'path' | 'optional-path' | 'list-path' | 'word-path' | 'utime-path' | 'quoted-path'
  readonly right: NeededRight
  readonly transfer?: true
  /** Like a transfer, it may take long, ABOR ends it, and it takes the REST position; but it needs no data connection. */
  readonly abortable?: true
  /** The event of a failure that has one of its own. */
  readonly failed?: (path: VirtualPath, reason: Reason, fault: Fault) => AuditEvent
  run(context: ReadyContext, path: VirtualPath, text: string): Replies
}

export type Command = AnyTimeCommand | ReadyCommand | PathCommand

export const isPathCommand = (command: Command): command is PathCommand => 'right' in command

/** Whether ABOR ends it, and a REST before it is about it. */
export const isAbortable = (command: Command): boolean =>
  ('transfer' in command && command.transfer === true) ||
  ('abortable' in command && command.abortable === true)
