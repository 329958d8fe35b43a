import type { FileHandle } from 'node:fs/promises'

export interface NumberedLine {
  /** Counted from 1. */
  readonly line: number
  /** Without the newline; only the beginning of a line that is longer than any record. */
  readonly bytes: Buffer
  /** False for a last line that has no newline. */
  readonly ended: boolean
}

const CHUNK_BYTES = 64 * 1024
/** Twice the longest record: enough to tell that a line is none. */
const MAX_LINE_BYTES = 32 * 1024
const NEWLINE = 0x0a

/** The lines of a file in order, in memory that does not grow with it. @throws the error of the file system */
export async function* linesForward(handle: FileHandle): AsyncGenerator<NumberedLine, void, undefined> {
  const chunk = Buffer.alloc(CHUNK_BYTES)
  let rest: Buffer = Buffer.alloc(0)
  let line = 1
  for (let position = 0; ; ) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position)
    if (bytesRead === 0) break
    position += bytesRead
    const read = chunk.subarray(0, bytesRead)
    let start = 0
    for (let at = read.indexOf(NEWLINE); at >= 0; at = read.indexOf(NEWLINE, start)) {
      yield { line: line++, bytes: joined(rest, read.subarray(start, at)), ended: true }
      rest = Buffer.alloc(0)
      start = at + 1
    }
    rest = joined(rest, read.subarray(start))
  }
  if (rest.length > 0) yield { line, bytes: rest, ended: false }
}

/** A copy: the chunk is read over. */
const joined = (head: Buffer, tail: Buffer): Buffer =>
  Buffer.concat([head, tail.subarray(0, Math.max(0, MAX_LINE_BYTES - head.length))])
