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
 * counts cannot show is a stream cut so many bytes into a record as an alert is long, one cut in 16,000 by chance.
 */
export function closeVerdict(counts: ByteCounts): CloseVerdict {
  return counts.version === 'TLSv1.3' ? verdict13(counts) : verdict12(counts)
}

function verdict13({ cipher, raw, clear, records, hello }: ByteCounts): CloseVerdict {
  // 5 header, 1 content type, 16 tag
  const overhead = 22
  const finished = overhead + 4 + (cipher.endsWith('SHA384') ? 48 : 32)
  const left = raw - clear - records * overhead - hello - finished
  for (let updates = 0; updates <= 1 + records / RECORDS_PER_KEY; updates++) {
    const keys = updates * (overhead + KEY_UPDATE)
    for (const others of [keys, keys + CHANGE_CIPHER_SPEC]) {
      const verdict = alertsVerdict(left - others, overhead + ALERT)
      if (verdict !== 'unknown') return verdict
    }
  }
  return 'unknown'
}

function verdict12({ cipher, raw, clear, records, hello, resumed }: ByteCounts): CloseVerdict {
  // 5 header, 16 tag, and for GCM 8 of explicit nonce
  const overhead = cipher.includes('CHACHA20') ? 21 : 29
  const finished = overhead + 4 + 12
  const handshake = resumed ? hello + CHANGE_CIPHER_SPEC + finished : hello
  return alertsVerdict(raw - clear - records * overhead - handshake, overhead + ALERT)
}

/** Java sends user_canceled before close_notify: two alerts. */
function alertsVerdict(left: number, alert: number): CloseVerdict {
  if (left === 0) return 'cut'
  return left === alert || left === 2 * alert ? 'clean' : 'unknown'
}
