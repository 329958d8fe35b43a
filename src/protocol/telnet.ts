const IAC = 0xff
/** WILL, WONT, DO and DONT carry an option byte. */
const FIRST_NEGOTIATION = 0xfb
const LAST_NEGOTIATION = 0xfe

/** Removes the Telnet commands before a line (RFC 959 §4.1.3: ABOR comes after IAC IP, IAC DM). */
export function withoutLeadingTelnet(line: Buffer): Buffer {
  let start = 0
  while (line[start] === IAC && line[start + 1] !== IAC) start += commandLength(line, start)
  return line.subarray(start)
}

/** Removes Telnet commands (RFC 854) wherever they are; a doubled IAC is one byte again. */
export function withoutTelnet(bytes: Buffer): Buffer {
  if (!bytes.includes(IAC)) return bytes
  const out: number[] = []
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] === IAC && bytes[at + 1] !== IAC) at += commandLength(bytes, at)
    else {
      out.push(bytes[at] as number)
      at += bytes[at] === IAC ? 2 : 1
    }
  }
  return Buffer.from(out)
}

/**
 * For character sets in which byte 255 is a letter, such as the last of the Russian alphabet in windows-1251. Clients
 * that take the control connection for Telnet double it, others do not, and none sends a Telnet command inside an
 * argument: so 255 stays what it is, and two in a row are one.
 */
export function withDoubledIac(bytes: Buffer): Buffer {
  if (!bytes.includes(IAC)) return bytes
  return Buffer.from(bytes.toString('latin1').replaceAll('\xff\xff', '\xff'), 'latin1')
}

function commandLength(bytes: Buffer, at: number): number {
  const command = bytes[at + 1] ?? 0
  return command >= FIRST_NEGOTIATION && command <= LAST_NEGOTIATION ? 3 : 2
}
