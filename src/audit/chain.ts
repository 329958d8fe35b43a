import { createHash, createHmac, hash } from 'node:crypto'

/** What the record after this point must continue. */
export interface ChainState {
  /** Number of the last record; 0 before the first. */
  readonly seq: number
  /** Hash of the last record's line; {@link GENESIS} before the first. */
  readonly prev: string
}

/** What the very first record names as the line before it. */
export const GENESIS = '0'.repeat(64)

export const START: ChainState = { seq: 0, prev: GENESIS }

/** Incomplete lines in a row that the chain goes on after; more is not what a crash or a full disk leaves. */
export const MAX_TORN_LINES = 64

const NEWLINE = Buffer.from('\n')

/** SHA-256, or HMAC-SHA256 under `key`, over the bytes of one line without its newline; 64 hex digits. */
export const hashLine = (line: Uint8Array, key: Uint8Array | undefined): string =>
  key === undefined ? hash('sha256', line, 'hex') : createHmac('sha256', key).update(line).digest('hex')

/**
 * What a record that follows incomplete text names as the line before it: the hash over the last whole line's
 * hash, a newline and the incomplete lines, so that neither that line nor the text can be changed unseen.
 */
export function hashTorn(prev: string, torn: readonly Uint8Array[], key: Uint8Array | undefined): string {
  const digest = key === undefined ? createHash('sha256') : createHmac('sha256', key)
  digest.update(prev)
  for (const line of torn) digest.update(NEWLINE).update(line)
  return digest.digest('hex')
}

/** Bytes of incomplete lines, counting the newlines between them. */
export const tornBytes = (torn: readonly Uint8Array[]): number =>
  torn.reduce((sum, line) => sum + line.length, torn.length - 1)
