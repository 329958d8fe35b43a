import { type Logger, pino } from 'pino'
import { escapeUnsafe } from './printable.js'
import { RECORD_VERSION } from './record.js'

/**
 * A logger whose lines are audit records and nothing else: no level, process id or host name. `write` gets each
 * line without its newline, synchronously, and what it throws comes out of the logging call.
 */
export const jsonLines = (write: (line: Buffer) => void): Logger =>
  pino(
    {
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      // Every record has the same level: the version stands in its place.
      formatters: { level: () => ({ v: RECORD_VERSION }) },
    },
    { write: text => write(Buffer.from(escapeUnsafe(text.slice(0, -1)))) },
  )
