import { formatLsLine } from '../protocol/ls-line.js'
import type { PathCommand, ReadyCommand } from './command.js'
import { omittedText, select } from './listing.js'

/** A listing over the control connection is bounded: it holds up every other command. */
const MOST_LINES = 1000

/** STAT without a path: the session, and the transfer while one runs (RFC 959 §4.1.3). */
export const STAT: ReadyCommand = {
  verb: 'STAT',
  syntax: '[path]',
  phase: 'ready',
  argument: 'none',
  duringTransfer: true,
  async *run({ user, settings, cwd, data }) {
    const lines = [
      ` Logged in as ${user.name}`,
      ` Current folder ${cwd}`,
      ` TYPE: ${settings.ascii ? 'ASCII' : 'Image'}, STRU: File, MODE: Stream, PROT: Private`,
    ]
    if (data.progress !== undefined) lines.push(` Transfer in progress, ${data.progress} bytes so far`)
    yield { name: 'system_status', text: 'Status:', lines }
  },
}

/** STAT with a path: like LIST, over the control connection. Dispatch chooses it when there is an argument. */
export const STAT_PATH: PathCommand = {
  verb: 'STAT PATH',
  syntax: 'path',
  phase: 'ready',
  argument: 'list-path',
  right: 'enter',
  async *run({ files, charset }, path) {
    const now = Date.now()
    const { batches, folder } = await select(files, path)
    const lines: string[] = []
    let omitted = 0
    for await (const batch of batches) {
      const written = batch.map(entry => ` ${formatLsLine(entry, now)}`)
      const writable = written.filter(line => charset.encode(line) !== undefined)
      omitted += written.length - writable.length
      lines.push(...writable)
      if (lines.length > MOST_LINES) break
    }
    if (lines.length > MOST_LINES) lines.splice(MOST_LINES, Number.POSITIVE_INFINITY, ' ... more: use LIST')
    if (omitted > 0) lines.push(` ... and ${omittedText(omitted, charset)}`)
    yield { name: folder ? 'folder_status' : 'file_status', text: `Status of ${path}:`, lines }
  },
}

/** The user's own sessions, and nobody else's. */
export const SITE_WHO: ReadyCommand = {
  verb: 'SITE WHO',
  syntax: '',
  phase: 'ready',
  argument: 'none',
  async *run({ ownSessions }) {
    const lines = ownSessions().map(
      ({ id, address, since, doing }) => ` ${id} ${address} since ${since.toISOString()} ${doing}`,
    )
    yield { name: 'done', text: 'Your sessions:', lines }
  },
}
