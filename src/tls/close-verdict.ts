import type { CloseVerdict } from '../core/transfer.js'

/** What the byte counts of one data connection say, taken when its stream has ended. */
export interface ByteCounts {
  readonly version: 'TLSv1.2' | 'TLSv1.3'
  /** OpenSSL's name of the suite. */
  readonly cipher: string
  /** TLS bytes received on the TCP connection. */
  readonly raw: number
  /** Bytes of the file in them. */
  readonly clear: number
  /** TLS records that brought those bytes. */
  readonly records: number
  /** TLS 1.3, and TLS 1.2 resumed: raw bytes when the ClientHello had been read. TLS 1.2 in full: at its end. */
  readonly hello: number
  readonly resumed: boolean
}

/** An alert is two bytes in a record of its own. */
const ALERT = 2
/** RFC 8446 appendix D.4: a ChangeCipherSpec record sent for the sake of middleboxes. */
const CHANGE_CIPHER_SPEC = 6
/** A KeyUpdate message (RFC 8446 §4.6.3). */
const KEY_UPDATE = 5
/** No client changes its keys more often than once in so many records, but for a first time. */
const RECORDS_PER_KEY = 1 << 20

/**
 * Whether the peer ended its stream with a TLS close_notify. Node reports a bare TCP FIN as a clean end, so a client
 * that was killed, or anyone who can inject a FIN, would pass half a file for a whole one. But every allowed suite
 * adds a constant number of bytes to a record, so the raw bytes that are left when the file's records are taken away
 * show which others came: an alert (RFC 8446 §6.1, RFC 5246 §7.2.1), none, or the beginning of a record. What the
 * counts cannot show is a stream cut so many bytes into a record as an alert is long, a few cuts in 16,000 by chance.
 */
export function closeVerdict(counts: ByteCounts): CloseVerdict {
  return counts.version === 'TLSv1.3' ? verdict13(counts) : verdict12(counts)
}

/**
 * Bytes a client adds to a record of TLS 1.3: 5 of header, 1 of content type, 16 of tag. Java's SSLSocket adds 16 bytes of
 * padding (RFC 8446 §5.4) to every one (JDK since 11, sun.security.ssl.OutputRecord).
 */
const PLAIN_13 = 22
const PADDED_13 = PLAIN_13 + 16

function verdict13(counts: ByteCounts): CloseVerdict {
  const alerts = alerts13(counts, PLAIN_13)
  if (alerts === 0 || alerts === 1) return verdictOf(alerts)
  // Two records of Java's that were cut off are as long as two alerts without padding: be on the safe side.
  return verdictOf(alerts13(counts, PADDED_13) ?? alerts)
}

/** How many alerts are left when all else is taken away. */
function alerts13({ cipher, raw, clear, records, hello }: ByteCounts, overhead: number): number | undefined {
  const finished = overhead + 4 + (cipher.endsWith('SHA384') ? 48 : 32)
  const left = raw - clear - records * overhead - hello - finished
  for (let updates = 0; updates <= 1 + records / RECORDS_PER_KEY; updates++) {
    const keys = updates * (overhead + KEY_UPDATE)
    for (const others of [keys, keys + CHANGE_CIPHER_SPEC]) {
      const alerts = alertsIn(left - others, overhead + ALERT)
      if (alerts !== undefined) return alerts
    }
  }
  return undefined
}

function verdict12({ cipher, raw, clear, records, hello, resumed }: ByteCounts): CloseVerdict {
  // 5 header, 16 tag, and for GCM 8 of explicit nonce
  const overhead = cipher.includes('CHACHA20') ? 21 : 29
  const finished = overhead + 4 + 12
  const handshake = resumed ? hello + CHANGE_CIPHER_SPEC + finished : hello
  return verdictOf(alertsIn(raw - clear - records * overhead - handshake, overhead + ALERT))
}

/** Java sends user_canceled before close_notify: two alerts. */
const alertsIn = (left: number, alert: number): number | undefined =>
  [0, 1, 2].find(count => left === count * alert)

function verdictOf(alerts: number | undefined): CloseVerdict {
  if (alerts === undefined) return 'unknown'
  return alerts === 0 ? 'cut' : 'clean'
}
