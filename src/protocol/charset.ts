import { isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'
import type { CharsetName } from '../core/charset.js'
import { withDoubledIac, withoutTelnet } from './telnet.js'

/**
 * What text is on the wire. Both ways are exact: whatever would not come out again as it went in is undefined, since
 * a name with a character replaced could be another file's.
 */
export interface Charset {
  readonly name: CharsetName
  decode(bytes: Buffer): string | undefined
  encode(text: string): Buffer | undefined
  /** What the Telnet of the control connection leaves of an argument. */
  unescape(bytes: Buffer): Buffer
}

/** RFC 2640: what holds unless a user is set to something else, and always before login. */
export const UTF8: Charset = {
  name: 'utf-8',
  decode: bytes => (isUtf8(bytes) ? bytes.toString('utf8') : undefined),
  encode: text => Buffer.from(text),
  // Byte 255 is in no UTF-8 text (RFC 2640 §3.1), so it is always Telnet's.
  unescape: withoutTelnet,
}

export function charsetOf(name: CharsetName): Charset {
  if (name === 'utf-8') return UTF8
  return {
    name,
    decode(bytes) {
      const text = iconv.decode(bytes, name)
      return iconv.encode(text, name).equals(bytes) && !text.includes('\u{fffd}') ? text : undefined
    },
    encode(text) {
      const bytes = iconv.encode(text, name)
      return iconv.decode(bytes, name) === text ? bytes : undefined
    },
    unescape: withDoubledIac,
  }
}
