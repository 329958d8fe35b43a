/** The part of a record that the chain needs; the rest is as the schema says. */
export interface ParsedRecord {
  readonly seq: number
  readonly prev: string
  readonly event: string
  readonly [field: string]: unknown
}

/** Neither invalid UTF-8 nor a byte order mark may pass as something else. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const HASH = /^[0-9a-f]{64}$/

/** Reads one line without its newline; undefined when it is not a record of a version this program knows. */
export function parseRecord(line: Uint8Array): ParsedRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(UTF8.decode(line))
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const record = value as Record<string, unknown>
  return record.v === 1 &&
    Number.isSafeInteger(record.seq) &&
    (record.seq as number) > 0 &&
    typeof record.event === 'string' &&
    typeof record.prev === 'string' &&
    HASH.test(record.prev)
    ? (record as ParsedRecord)
    : undefined
}
