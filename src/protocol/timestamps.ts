import { Fault } from '../core/fault.js'

const TIME_VAL = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.\d+)?$/

let lastSecond = Number.NaN
let lastText = ''

/** `YYYYMMDDHHMMSS`, UTC (RFC 3659 §2.3). */
export function formatTimeVal(time: Date): string {
  const second = Math.floor(time.getTime() / 1000)
  // The entries of a listing are often of the same second, and writing it costs as much as all other facts.
  if (second !== lastSecond) {
    lastText = time.toISOString().slice(0, 19).replace(/[-T:]/g, '')
    lastSecond = second
  }
  return lastText
}

/**
 * Reads a time-val; the fraction of a second is dropped.
 *
 * @throws Fault `bad_parameter` for another form or a date that does not exist, such as 30 February
 */
export function parseTimeVal(text: string): Date {
  const match = TIME_VAL.exec(text)
  if (!match) throw new Fault('bad_parameter')
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  // Date rolls 30 February over to March and takes year 0 to 99 for 1900 to 1999: an echo tells.
  if (formatTimeVal(time) !== text.slice(0, 14)) throw new Fault('bad_parameter')
  return time
}
