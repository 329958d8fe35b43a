import { fileModeSet, fileTimeSet } from '../core/audit-event.js'
import { Fault } from '../core/fault.js'
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

/** draft-somers-ftp-mfxx §5: of the facts there are, Modify can be set. */
export const MFF: PathCommand = {
  verb: 'MFF',
  syntax: 'Modify=YYYYMMDDHHMMSS; path',
  phase: 'ready',
  argument: 'word-path',
  right: 'setTime',
  feat: () => ['MFF Modify;'],
  async *run({ files }, path, word) {
    const match = /^modify=(\d{14}(?:\.\d+)?);?$/i.exec(word)
    if (!match) {
      yield /^[a-z.]+=[^;]*;/i.test(word) ? 'bad_value' : 'bad_parameter'
      return
    }
    const time = parseTimeVal(match[1] as string)
    await files.setModified(path, time)
    yield {
      name: 'file_fact',
      text: `Modify=${formatTimeVal(time)}; ${path}`,
      event: fileTimeSet(path, time),
    }
  },
}

/** The older way to set a time; the form that WinSCP and lftp send is `SITE UTIME YYYYMMDDhhmmss path`. */
export const SITE_UTIME: PathCommand = {
  verb: 'SITE UTIME',
  syntax: 'YYYYMMDDHHMMSS path',
  phase: 'ready',
  argument: 'word-path',
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
    if (!/^0?[0-7]{3}$/.test(word)) throw new Fault('bad_parameter')
    const mode = Number.parseInt(word, 8)
    await files.setMode(path, mode)
    yield { name: 'done', event: fileModeSet(path, mode) }
  },
}
