// Memory that all threads of the process see: what is in it goes from one to another without a copy.

/** Begins where a page does, so that a disk can read it by itself: V8 takes memory that may grow from the system in pages. */
export const sharedBuffer = (bytes: number): Buffer =>
  Buffer.from(new SharedArrayBuffer(bytes, { maxByteLength: bytes }), 0, bytes)

export const isShared = (chunk: Uint8Array): boolean => chunk.buffer instanceof SharedArrayBuffer

/**
 * As it can be sent to a thread. What is not shared is copied on its way, and without this all of what it is a part of.
 */
export const lendable = (chunk: Uint8Array): Uint8Array => (isShared(chunk) ? chunk : new Uint8Array(chunk))
