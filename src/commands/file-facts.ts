import { fileModeSet, fileTimeSet } from '../core/audit-event.js'
import { Fault } from '../core/fault.js'
import { formatChange, parseChange, parseMode } from '../protocol/changed-facts.js'
import { formatTimeVal, parseTimeVal } from '../protocol/timestamps.js'
import type { PathCommand } from './command.js'

/** RFC 3659 §4. The size under TYPE A would need the file to be read, so it is refused there. */
export const SIZE: PathCommand = {
  verb: 'SIZE',
  syntax: 'path',
  phase: 'ready',
  argument: 'path',
  right: ['list', 'read'],
  feat: () => ['SIZE'],
  async *run({ files, settings }, path) {
    const entry = await files.entry(path)
    if (entry.type !== 'file') throw new Fault('not_a_file')
    if (settings.ascii) yield 'size_needs_image'
    else yield { name: 'file_fact', text: String(entry.size) }
  },
}

/** RFC 3659 §3. */
export const MDTM: PathCommand = {
  verb: 'MDTM',
  syntax: 'path',
  phase: 'ready',
  argument: 'path',
  right: ['list', 'read'],
  feat: () => ['MDTM'],
  async *run({ files }, path) {
    const { modified } = await files.entry(path)
    yield { name: 'file_fact', text: formatTimeVal(modified) }
  },
}

/** draft-somers-ftp-mfxx §3.1. */
export const MFMT: PathCommand = {
  verb: 'MFMT',
  syntax: 'YYYYMMDDHHMMSS path',
  phase: 'ready',
  argument: 'word-path',
  right: 'setTime',
  feat: () => ['MFMT'],
  async *run({ files }, path, word) {
    const time = parseTimeVal(word)
    await files.setModified(path, time)
    yield {
      name: 'file_fact',
      text: `Modify=${formatTimeVal(time)}; ${path}`,
      event: fileTimeSet(path, time),
    }
  },
}

/**
 * draft-somers-ftp-mfxx §5. Each fact needs its right, and either all are set or none: what can be refused is refused
 * before the first is.
 */
export const MFF: PathCommand = {
  verb: 'MFF',
  syntax: 'Modify=YYYYMMDDHHMMSS;UNIX.mode=0640; path',
  phase: 'ready',
  argument: 'word-path',
  right: ['setTime', 'chmod'],
  feat: () => ['MFF Modify;UNIX.mode;'],
  async *run({ files }, path, word) {
    const change = parseChange(word)
    const { time, mode } = change
    const rights = files.rights(path)
    if (time !== undefined && !rights.has('setTime')) throw new Fault('denied', { right: 'setTime' })
    if (mode !== undefined && !rights.has('chmod')) throw new Fault('denied', { right: 'chmod' })
    const before = await files.storedEntry(path)
    if (mode !== undefined) await files.setMode(path, mode)
    try {
      if (time !== undefined) await files.setModified(path, time)
    } catch (fault) {
      if (mode !== undefined) await files.setMode(path, before.mode)
      throw fault
    }
    yield {
      name: 'file_fact',
      text: `${formatChange(change)} ${path}`,
      event: [
        ...(time === undefined ? [] : [fileTimeSet(path, time)]),
        ...(mode === undefined ? [] : [fileModeSet(path, mode)]),
      ],
    }
  },
}

/** The older way to set a time, in both forms that clients send. */
export const SITE_UTIME: PathCommand = {
  verb: 'SITE UTIME',
  syntax: 'YYYYMMDDHHMM[SS] path|path accessed modified created UTC',
  phase: 'ready',
  argument: 'utime-path',
  right: 'setTime',
  async *run({ files }, path, word) {
    const time = parseTimeVal(word.length === 12 ? `${word}00` : word)
    await files.setModified(path, time)
    yield { name: 'done', event: fileTimeSet(path, time) }
  },
}

export const SITE_CHMOD: PathCommand = {
  verb: 'SITE CHMOD',
  syntax: 'mode path',
  phase: 'ready',
  argument: 'word-path',
  right: 'chmod',
  async *run({ files }, path, word) {
    const mode = parseMode(word)
    await files.setMode(path, mode)
    yield { name: 'done', event: fileModeSet(path, mode) }
  },
}
