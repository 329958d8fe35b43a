const OTHER_VERBS = new Set(
  ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'PRI'].concat(
    ['EHLO', 'HELO', 'LHLO', 'MAIL', 'RCPT', 'DATA', 'BDAT', 'STARTTLS'],
    ['CAPA', 'APOP', 'CAPABILITY', 'AUTHENTICATE'],
  ),
)
/** IMAP puts a tag before each command. */
const IMAP = /^\S+ (CAPABILITY|LOGIN|AUTHENTICATE|STARTTLS|NOOP|ID)\b/i

/**
 * True for a line of HTTP, SMTP, POP or IMAP: somebody crosses protocols to make this server's replies part of another
 * service's answer (ALPACA, CVE-2021-3618).
 */
export function isForeignProtocol(line: Buffer): boolean {
  const text = line.subarray(0, 256).toString('latin1')
  const verb = text.split(' ', 1)[0]?.toUpperCase() ?? ''
  return OTHER_VERBS.has(verb) || IMAP.test(text)
}
