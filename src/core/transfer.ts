/** Whether the peer ended its TLS stream properly (RFC 8446 §6.1), read off the byte counts. */
export type CloseVerdict = 'clean' | 'cut' | 'unknown'

export interface TransferResult {
  /** Bytes of the file on the data connection, after any line-end conversion. */
  readonly bytes: number
  readonly seconds: number
}
