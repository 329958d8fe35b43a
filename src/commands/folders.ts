import { dirCreated, dirRemoved, fileDeleted, fileRenamed } from '../core/audit-event.js'
import { Fault } from '../core/fault.js'
import { parentOf, type VirtualPath } from '../core/virtual-path.js'
import { quoted } from '../protocol/quoting.js'
import type { PathCommand, ReadyCommand, Replies } from './command.js'
import type { ReadyContext } from './context.js'

export const CWD: PathCommand = {
  verb: 'CWD',
  syntax: 'path',
  phase: 'ready',
  argument: 'path',
  right: 'enter',
  run: changeDirectory,
}

export const CDUP: ReadyCommand = {
  verb: 'CDUP',
  syntax: '',
  phase: 'ready',
  argument: 'none',
  run: context => changeDirectory(context, parentOf(context.cwd)),
}

async function* changeDirectory(context: ReadyContext, path: VirtualPath): Replies {
  if (!context.files.mayEnter(path)) throw new Fault('denied')
  if ((await context.files.entry(path)).type !== 'dir') throw new Fault('not_a_directory')
  context.cwd = path
  yield { name: 'action_done', text: `Current folder: ${quoted(path)}` }
}

export const PWD: ReadyCommand = {
  verb: 'PWD',
  syntax: '',
  phase: 'ready',
  argument: 'none',
  async *run({ cwd }) {
    yield { name: 'pathname', text: `${quoted(cwd)} is the current folder.` }
  },
}

export const MKD: PathCommand = {
  verb: 'MKD',
  syntax: 'path',
  phase: 'ready',
  argument: 'path',
  right: 'makeDir',
  async *run({ files }, path) {
    await files.makeDir(path)
    yield { name: 'pathname', text: `${quoted(path)} created.`, event: dirCreated(path) }
  },
}

export const RMD: PathCommand = {
  verb: 'RMD',
  syntax: 'path',
  phase: 'ready',
  argument: 'path',
  right: 'removeDir',
  async *run({ files }, path) {
    await files.removeDir(path)
    yield { name: 'action_done', event: dirRemoved(path) }
  },
}

export const DELE: PathCommand = {
  verb: 'DELE',
  syntax: 'path',
  phase: 'ready',
  argument: 'path',
  // `create` is enough for an upload of one's own that is not finished
  right: ['delete', 'create'],
  async *run({ files }, path) {
    await files.remove(path)
    yield { name: 'action_done', event: fileDeleted(path) }
  },
}

export const RNFR: PathCommand = {
  verb: 'RNFR',
  syntax: 'path',
  phase: 'ready',
  argument: 'path',
  right: 'rename',
  async *run({ files, setRenameFrom }, path) {
    // an unfinished upload has no name yet that could be changed
    await files.storedEntry(path)
    setRenameFrom(path)
    yield { name: 'pending', text: 'Send RNTO with the new name.' }
  },
}

/** Must directly follow RNFR (RFC 959 §5.4). */
export const RNTO: PathCommand = {
  verb: 'RNTO',
  syntax: 'path',
  phase: 'ready',
  argument: 'path',
  right: 'rename',
  async *run({ files, takeRenameFrom }, path) {
    const from = takeRenameFrom()
    if (from === undefined) throw new Fault('bad_sequence')
    await files.rename(from, path)
    yield { name: 'action_done', event: fileRenamed(from, path) }
  },
}
