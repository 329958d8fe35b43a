import { isPathCommand, type Replies } from '../commands/command.js'
import type { Context, ReadyContext } from '../commands/context.js'
import { type AuditEvent, accessDenied, commandRejected, loginFailed } from '../core/audit-event.js'
import { Fault, toFault } from '../core/fault.js'
import type { Log } from '../core/ports.js'
import { codeOf, FAULT_REPLIES, type Reply } from '../protocol/replies.js'
import { AccessDenied, type Admitted } from './gates.js'
import { LoginRefused } from './login.js'

/** Where dispatch puts what comes out of a command. */
export interface Outlet {
  /** @throws Fault `audit_unavailable` */
  record(event: AuditEvent): void
  /** @throws Fault `audit_unavailable` when what is to be done now could not be recorded */
  requireRecordable(): void
  send(reply: Reply): Promise<void>
  readonly log: Log
}

/**
 * Runs a handler: records each reply's event, writes the reply, and turns whatever is thrown into one reply and one
 * audit event. After a 1xx exactly one final reply follows, always.
 */
export async function drive(
  admitted: Admitted,
  context: Context | ReadyContext,
  outlet: Outlet,
): Promise<void> {
  let last: Reply | undefined
  try {
    if (admitted.command.phase === 'ready') outlet.requireRecordable()
    for await (const item of start(admitted, context)) {
      last = typeof item === 'string' ? { name: item } : item
      if (last.event) for (const event of listOf(last.event)) outlet.record(event)
      await outlet.send(last)
    }
  } catch (thrown) {
    const fault = toFault(thrown)
    await refuse(fault, failureEvent(fault, admitted), outlet)
    return
  }
  if (last === undefined || codeOf(last.name) < 200)
    throw new Error(`${admitted.command.verb} gave no final reply`)
}

const listOf = (events: AuditEvent | readonly AuditEvent[]): readonly AuditEvent[] =>
  'event' in events ? [events] : events

function start(admitted: Admitted, context: Context | ReadyContext): Replies {
  // The gates let a `ready` command through only when somebody is logged in, and then the context is a ReadyContext.
  const ready = context as ReadyContext
  return 'path' in admitted
    ? admitted.command.run(ready, admitted.path, admitted.text)
    : admitted.command.run(ready, admitted.text)
}

/** Answers a command that no handler ran for, or whose handler failed. */
export async function refuse(fault: Fault, event: AuditEvent, outlet: Outlet): Promise<void> {
  if (fault.kind === 'internal' || fault.kind === 'storage_error' || fault.kind === 'audit_unavailable')
    outlet.log[isRemoved(fault) ? 'warn' : 'error']({ err: fault.cause ?? fault }, 'command failed')
  let name = FAULT_REPLIES[fault.kind]
  try {
    outlet.record(event)
  } catch (unwritable) {
    // The audit log refuses: then nothing else may be told than that the server cannot work.
    name = FAULT_REPLIES[toFault(unwritable).kind]
  }
  await outlet.send({ name })
}

/** Somebody removed what an upload went on from, or its folder: no failure of the server's. */
function isRemoved({ kind, cause }: Fault): boolean {
  if (kind !== 'storage_error' || !(cause instanceof Fault) || cause.kind !== 'not_found') return false
  // Some errors of a host that denies something are `not_found` too.
  const errno = cause.cause as NodeJS.ErrnoException | undefined
  return errno === undefined || errno.code === 'ENOENT'
}

function failureEvent(fault: Fault, admitted: Admitted): AuditEvent {
  const { command } = admitted
  if (fault instanceof LoginRefused) return loginFailed(fault.reason, fault.user, fault.certificate)
  if (isPathCommand(command) && 'path' in admitted) {
    if (fault.kind === 'denied') return accessDenied(command.verb, admitted.path, fault.right)
    if (command.failed) return command.failed(admitted.path, fault.reason, fault)
  }
  return commandRejected(command.verb, fault.reason)
}

/** The event of a command that did not pass the gates. */
export const gateEvent = (fault: Fault, verb: string): AuditEvent =>
  fault instanceof AccessDenied
    ? accessDenied(fault.command, fault.path, fault.right)
    : commandRejected(verb, fault.reason)
