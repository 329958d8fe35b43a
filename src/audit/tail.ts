import { existsSync } from 'node:fs'
import { linesBackward } from './backward.js'
import { rotatedFiles } from './names.js'
import { type ParsedRecord, parseRecord } from './parse.js'
import { escapeUnsafe } from './printable.js'

/** Told in columns of their own, or of no use to a reader. */
const COLUMNS = new Set(['v', 'time', 'seq', 'event', 'outcome', 'session', 'client', 'user', 'prev'])
const MAX_ODD_CHARACTERS = 200

/**
 * The last `count` records for people, oldest first, one line each: time, outcome, event, user, client, details.
 * Nothing in them can move the cursor of the terminal that shows them.
 *
 * @throws the error of the file system when a file cannot be read
 */
export function tailAuditLog(file: string, count: number): string[] {
  const lines: string[] = []
  const files = [...rotatedFiles(file), ...(existsSync(file) ? [file] : [])]
  for (const each of files.reverse()) {
    for (const { bytes } of linesBackward(each)) {
      if (lines.length >= count) return lines.reverse()
      const record = parseRecord(bytes)
      lines.push(record === undefined ? oddLine(bytes) : describeRecord(record))
    }
  }
  return lines.reverse()
}

/** One record as one line of text. */
function describeRecord(record: ParsedRecord): string {
  const client = record.client as { address?: unknown } | undefined
  const details = Object.entries(record)
    .filter(([name]) => !COLUMNS.has(name))
    .map(([name, value]) => `${name}=${plain(value)}`)
  const columns = [
    plain(record.time),
    plain(record.outcome).padEnd(7),
    plain(record.event).padEnd(20),
    plain(record.user ?? '-'),
    plain(client?.address ?? '-'),
  ]
  return [...columns, ...details].join(' ')
}

/** A value as a reader would write it: quoted only where a blank or a quote could be misread. */
function plain(value: unknown): string {
  const text = typeof value === 'string' && /^[^\s"=]+$/u.test(value) ? value : JSON.stringify(value)
  return escapeUnsafe(text ?? '-')
}

const oddLine = (bytes: Buffer): string =>
  `(not a record) ${escapeUnsafe(bytes.toString('utf8').slice(0, MAX_ODD_CHARACTERS))}`
