/**
 * The digests a client may ask for, spelled as in the IANA registry of hash function names (draft-bryan-ftpext-hash
 * §3.1). CRC32 is in none; clients that know it call it so.
 */
export const DIGEST_ALGORITHMS = ['SHA-256', 'SHA-512', 'SHA-1', 'MD5', 'CRC32'] as const

export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number]

export interface DigestRequest {
  readonly algorithm: DigestAlgorithm
  /** Offset of the first byte. */
  readonly from: number
  /** Offset behind the last byte; undefined for the end of the file. */
  readonly to: number | undefined
}

export interface Digest {
  /** Lower case. */
  readonly hex: string
  /** Offset behind the last byte that is in it. */
  readonly to: number
}
