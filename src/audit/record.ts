import type { AuditEvent, Subject } from '../core/audit-event.js'
import type { ChainState } from './chain.js'
import { escapeUnsafe } from './printable.js'

/** Version of the record's fields; in every line as `v`. */
export const RECORD_VERSION = 1

/** Longest line in bytes, its newline included. */
export const MAX_LINE_BYTES = 16 * 1024

/** Room for what is not a detail: version, time, number, names, address, hash. */
const COMMON_BYTES = 1024
const MAX_DETAIL_BYTES = MAX_LINE_BYTES - COMMON_BYTES
/** JSON needs at most this many bytes for one UTF-16 unit: `\uXXXX`. */
const MAX_BYTES_PER_UNIT = 6
const MAX_NAME_UNITS = 64

type Value = string | number | boolean | null | undefined
type Fields = Readonly<Record<string, Value>>

/** The fields of one record in the order of the line; `v` and `time` come before them. */
export function fieldsOf(event: AuditEvent, subject: Subject | undefined, chain: ChainState): object {
  const record: Record<string, unknown> = {
    seq: chain.seq,
    event: event.event,
    outcome: event.outcome,
    session: subject?.session,
    client: subject?.client,
    user: subject?.user === undefined ? undefined : cut(subject.user, MAX_NAME_UNITS),
    reason: event.reason,
  }
  const { fields, shortened } = fit(event.detail)
  // Not spread, which costs more than all the rest of a record. No detail may take a common name.
  for (const name in fields) if (!(name in record)) record[name] = fields[name]
  record.shortened = shortened
  record.prev = chain.prev
  return record
}

/** Shortens the longest strings until the details fit, and names the fields that lost something. */
function fit(detail: Fields): { fields: Fields; shortened?: string[] } {
  if (mustFit(detail) || sizeOf(detail) <= MAX_DETAIL_BYTES) return { fields: detail }
  for (let limit = MAX_LINE_BYTES / 2; ; limit = Math.floor(limit / 2)) {
    const fields: Record<string, Value> = {}
    for (const [name, value] of Object.entries(detail)) {
      fields[name] = typeof value === 'string' ? cut(value, limit) : value
    }
    if (limit === 0 || sizeOf(fields) <= MAX_DETAIL_BYTES) {
      return { fields, shortened: Object.keys(fields).filter(name => fields[name] !== detail[name]) }
    }
  }
}

/** True when the strings are so short that measuring is not worth it: the case of nearly every record. */
function mustFit(detail: Fields): boolean {
  let units = 0
  for (const value of Object.values(detail)) if (typeof value === 'string') units += value.length
  return units * MAX_BYTES_PER_UNIT <= MAX_DETAIL_BYTES - COMMON_BYTES
}

const sizeOf = (fields: Fields): number => Buffer.byteLength(escapeUnsafe(JSON.stringify(fields)))

function cut(text: string, units: number): string {
  if (text.length <= units) return text
  const kept = text.slice(0, Math.max(units - 1, 0))
  // Half a surrogate pair is no character.
  return `${kept.isWellFormed() || !text.isWellFormed() ? kept : kept.slice(0, -1)}…`
}
