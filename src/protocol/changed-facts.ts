import { Fault } from '../core/fault.js'
import { formatTimeVal, parseTimeVal } from './timestamps.js'

/** What MFF is to set. */
export interface Change {
  readonly time: Date | undefined
  /** Permission bits, 0 to 0o777. */
  readonly mode: number | undefined
}

/**
 * Reads `fact=value;…`, names of facts in any case, each once (draft-somers-ftp-mfxx §5). The last semicolon, which
 * some clients forget, may be missing.
 *
 * @throws Fault `bad_parameter` for another form or a value that cannot be, `unsupported` for a fact that cannot be set
 */
export function parseChange(text: string): Change {
  let time: Date | undefined
  let mode: number | undefined
  for (const part of text.replace(/;$/, '').split(';')) {
    const [, fact, value] = /^([^=]+)=(.+)$/.exec(part) ?? []
    if (fact === undefined || value === undefined) throw new Fault('bad_parameter')
    const name = fact.toLowerCase()
    if (name === 'modify' && time === undefined) time = parseTimeVal(value)
    else if (name === 'unix.mode' && mode === undefined) mode = parseMode(value)
    else throw new Fault(name === 'modify' || name === 'unix.mode' ? 'bad_parameter' : 'unsupported')
  }
  return { time, mode }
}

/** As it was done: a fraction of a second was dropped. */
export const formatChange = ({ time, mode }: Change): string =>
  (time === undefined ? '' : `Modify=${formatTimeVal(time)};`) +
  (mode === undefined ? '' : `UNIX.mode=0${mode.toString(8).padStart(3, '0')};`)

/**
 * Permission bits in octal: three digits, or four of which the first is 0. Set-id and sticky bits are nobody's.
 *
 * @throws Fault `bad_parameter`
 */
export function parseMode(text: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) throw new Fault('bad_parameter')
  return Number.parseInt(text, 8)
}
