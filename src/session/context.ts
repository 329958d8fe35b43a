import { isAbortable } from '../commands/command.js'
import type { Context, ReadyContext, SessionSummary } from '../commands/context.js'
import { findCommand } from '../commands/table.js'
import type { DataChannel } from '../core/ports.js'
import type { VirtualPath } from '../core/virtual-path.js'
import type { Ready } from './state.js'

/** The view a handler gets of a logged-in session. */
export function readyContext(
  base: Context,
  state: Ready,
  data: DataChannel,
  renameFrom: VirtualPath | undefined,
  ownSessions: () => readonly SessionSummary[],
): ReadyContext {
  return {
    ...base,
    user: state.identity,
    files: state.files,
    data,
    ownSessions,
    get cwd() {
      return state.cwd
    },
    set cwd(path) {
      state.cwd = path
    },
    takeRestart() {
      const position = state.restart
      state.restart = 0
      return position
    },
    setRestart(position) {
      state.restart = position
    },
    takeRenameFrom: () => renameFrom,
    setRenameFrom(path) {
      state.renameFrom = path
    },
  }
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
