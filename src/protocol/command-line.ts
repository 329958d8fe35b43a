import { Fault } from '../core/fault.js'
import { type Charset, UTF8 } from './charset.js'
import { withoutTelnet } from './telnet.js'

export interface CommandLine {
  /** Upper case. */
  readonly verb: string
  /** Everything after the one space that follows the verb, untouched; empty when there is none. */
  readonly argument: string
}

const SPACE = 0x20
const VERB = /^[A-Z][A-Z0-9]{1,11}$/
/** NUL and CR can be in no name and no other argument (RFC 959 §5.3.1, RFC 2640 §3.1). */
const FORBIDDEN = /[\0\r]/

/**
 * Splits a line into verb and argument. Quotes and leading or trailing spaces belong to the argument.
 *
 * @throws Fault `syntax` when there is no verb, `encoding` for bytes that `charset` cannot read, `bad_parameter` for
 * NUL or CR
 */
export function parseCommandLine(line: Buffer, charset: Charset = UTF8): CommandLine {
  const space = line.indexOf(SPACE)
  const word = space < 0 ? line : line.subarray(0, space)
  const verb = withoutTelnet(word).toString('latin1').toUpperCase()
  if (!VERB.test(verb)) throw new Fault('syntax')
  const rest = space < 0 ? Buffer.alloc(0) : line.subarray(space + 1)
  // Refused, never replaced: a name with U+FFFD in place of its bytes would be another file's name.
  const argument = charset.decode(charset.unescape(rest))
  if (argument === undefined) throw new Fault('encoding')
  if (FORBIDDEN.test(argument)) throw new Fault('bad_parameter')
  return { verb, argument }
}
