import { writeSync } from 'node:fs'
import { asSystemError, type SystemError } from './errno.js'

/** What is to be written to an open file, in memory that all threads see. */
export interface Piece {
  readonly fd: number
  readonly chunks: readonly Uint8Array[]
  readonly position: number
  /** The file was opened to be written past the page cache (O_DIRECT): one call writes a chunk. */
  readonly pastCache?: true
}

export type Written = { readonly kind: 'written' } | { readonly kind: 'failed'; readonly error: SystemError }

/**
 * Bytes of each call. For the page cache Linux takes pieces of memory as large as a call is, and large ones have been
 * free for long. A virtual machine has given those back to its host and gets them again page by page: from 128 KiB on
 * writing took three to ten times as long. Where memory is the machine's own this costs a tenth of writing all at once.
 */
const CALL_BYTES = 64 << 10

/** For a thread that has nothing else to do. */
export function writePiece({ fd, chunks, position, pastCache }: Piece): Written {
  try {
    let to = position
    for (const chunk of chunks) {
      writeFully(fd, chunk, to, pastCache ? Number.POSITIVE_INFINITY : CALL_BYTES)
      to += chunk.length
    }
    return { kind: 'written' }
  } catch (error) {
    return { kind: 'failed', error: asSystemError(error) }
  }
}

/** Writes all of `bytes`, `most` with each call and however few it takes; synchronous. Throws the errno. */
export function writeFully(fd: number, bytes: Uint8Array, position: number, most = CALL_BYTES): void {
  for (let at = 0; at < bytes.length; ) {
    const to = position + at
    at += writeSync(fd, bytes, at, Math.min(most - (to % most), bytes.length - at), to)
  }
}
