import { sharedBuffer } from '../core/shared-memory.js'

/** Written and hashed at a time. */
export const BUFFER_BYTES = 1 << 20
/** Buffers that are kept for the next upload: enough for those that share two cores at full speed. */
const MOST_KEPT = 32

/** Not of a transfer: a fresh buffer costs a page fault for every 4 KiB of it, more than hashing them does. */
const kept: Buffer[] = []

/** In shared memory, so that a thread can read it while another writes it to the disk. Holds bytes of earlier uploads. */
export const takeBuffer = (): Buffer => kept.pop() ?? sharedBuffer(BUFFER_BYTES)

/** To be called once nobody reads it any more. */
export function giveBack(buffer: Buffer): void {
  if (kept.length < MOST_KEPT) kept.push(buffer)
}
