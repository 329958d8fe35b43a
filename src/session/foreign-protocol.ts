import { findCommand } from '../commands/table.js'

const OTHER_VERBS = new Set([
  // HTTP, WebDAV
  ...['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'PRI'],
  ...['PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK', 'REPORT', 'SEARCH'],
  // SMTP, LMTP
  ...['EHLO', 'HELO', 'LHLO', 'MAIL', 'RCPT', 'DATA', 'BDAT', 'RSET', 'VRFY', 'EXPN', 'ETRN', 'STARTTLS'],
  // POP3
  ...['CAPA', 'APOP', 'STLS', 'UIDL'],
  // IMAP, without its tag
  ...['CAPABILITY', 'AUTHENTICATE', 'LOGIN', 'SELECT', 'LOGOUT'],
])

const PATTERNS: readonly RegExp[] = [
  // IMAP puts a tag before each command (RFC 9051 §2.2.1).
  /^[^\s()]+ (CAPABILITY|LOGIN|AUTHENTICATE|STARTTLS|NOOP|ID|LOGOUT|SELECT|EXAMINE|LIST|ENABLE)\b/i,
  // The first line of a request, whatever its method.
  / (HTTP|RTSP|SIP|ICAP)\/\d/i,
  // A header line: no FTP command has a colon in its verb.
  /^[!-9;-~]+:/,
  /^SSH-\d/,
  // XMPP, SOAP and the like
  /^\s*</,
]

/**
 * True for a line of HTTP, SMTP, POP, IMAP or SSH: somebody crosses protocols to make this server's replies part of
 * another service's answer (ALPACA, CVE-2021-3618). What begins with a command of ours is never one, because user
 * names and passwords may be any word: `USER login` is no IMAP.
 */
export function isForeignProtocol(line: Buffer): boolean {
  const text = line.subarray(0, 256).toString('latin1')
  const verb = text.split(' ', 1)[0]?.toUpperCase() ?? ''
  if (verb === 'SITE' || findCommand(verb, '')) return false
  return OTHER_VERBS.has(verb) || PATTERNS.some(pattern => pattern.test(text))
}
