import type { Command, NeededRight, PathCommand } from '../commands/command.js'
import { isPathCommand } from '../commands/command.js'
import { findCommand } from '../commands/table.js'
import { Fault } from '../core/fault.js'
import type { Right } from '../core/permission.js'
import type { Files } from '../core/ports.js'
import { parsePath, type VirtualPath } from '../core/virtual-path.js'
import type { CommandLine } from '../protocol/command-line.js'
import { withoutOptions } from '../protocol/list-argument.js'
import { leadingQuoted } from '../protocol/quoting.js'
import { splitUtime } from '../protocol/utime.js'
import { requireReady, type State } from './state.js'

/** A command that passed the gates, with its argument in the form its handler takes. */
export type Admitted =
  | { readonly command: Exclude<Command, PathCommand>; readonly text: string }
  | { readonly command: PathCommand; readonly path: VirtualPath; readonly text: string }

/** A path command refused for want of a right, with command and path; the audit event names them. */
export class AccessDenied extends Fault {
  readonly command: string
  readonly path: VirtualPath

  constructor({ verb, right: needed }: PathCommand, path: VirtualPath) {
    super('denied', { right: typeof needed === 'string' ? needed : needed.join('|') })
    this.command = verb
    this.path = path
  }
}

/**
 * The gates every command goes through, in this order: known, allowed in this phase, argument well-formed, right
 * granted. Nothing else decides about access before a handler runs.
 *
 * @throws Fault
 */
export function admit(line: CommandLine, state: State): Admitted {
  const found = findCommand(line.verb, line.argument)
  if (!found) throw unknown(line)
  const { command, argument } = found
  if (command.phase === 'ready') requireReady(state)
  if (!isPathCommand(command)) {
    checkText(command.argument, argument)
    return { command, text: argument }
  }
  const { files, cwd } = requireReady(state)
  const { text, typed } = splitArgument(command, argument)
  const path = typed === '' ? cwd : parsePath(typed, cwd)
  if (!isGranted(files, path, command.right)) throw new AccessDenied(command, path)
  return { command, path, text }
}

/** SITE itself is known; what stands behind it may be missing or unknown (501 and 504 of RFC 959 §4.2.1). */
function unknown({ verb, argument }: CommandLine): Fault {
  if (verb !== 'SITE') return new Fault('unknown_command')
  return new Fault(argument.trim() === '' ? 'bad_parameter' : 'unsupported')
}

function checkText(rule: 'none' | 'optional' | 'required', argument: string): void {
  const empty = argument.trim() === ''
  if (rule === 'none' && !empty) throw new Fault('bad_parameter')
  if (rule === 'required' && empty) throw new Fault('bad_parameter')
}

function splitArgument({ argument: rule }: PathCommand, argument: string): { text: string; typed: string } {
  if (rule === 'word-path') {
    const space = argument.indexOf(' ')
    const typed = argument.slice(space + 1)
    if (space <= 0 || typed === '') throw new Fault('bad_parameter')
    return { text: argument.slice(0, space), typed }
  }
  if (rule === 'utime-path') {
    const { time, path } = splitUtime(argument)
    return { text: time, typed: path }
  }
  if (rule === 'quoted-path') {
    const { path, rest } = leadingQuoted(argument)
    if (path === '') throw new Fault('bad_parameter')
    return { text: rest, typed: path }
  }
  const typed = rule === 'list-path' ? withoutOptions(argument) : argument
  if (rule === 'path' && typed === '') throw new Fault('bad_parameter')
  return { text: typed, typed }
}

function isGranted(files: Files, path: VirtualPath, needed: NeededRight): boolean {
  const has = (right: Right | 'enter') =>
    right === 'enter' ? files.mayEnter(path) : files.rights(path).has(right)
  return typeof needed === 'string' ? has(needed) : needed.some(has)
}
