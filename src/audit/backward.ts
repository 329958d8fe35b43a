import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

export interface Line {
  /** Without the newline. */
  readonly bytes: Buffer
  /** False for a last line that has no newline. */
  readonly ended: boolean
}

const CHUNK_BYTES = 64 * 1024
/** Far more than any line has; a file without newlines is not an audit log. */
const MAX_LINE_BYTES = 1024 * 1024
const NEWLINE = 0x0a

/**
 * The lines of a file, last one first, reading no more of it than is asked for.
 *
 * @throws the error of the file system; an Error for a line of more than 1 MiB
 */
export function* linesBackward(file: string): Generator<Line, void, undefined> {
  const fd = openSync(file, 'r')
  try {
    let position = fstatSync(fd).size
    let rest: Buffer = Buffer.alloc(0)
    let ended = false
    while (position > 0) {
      const chunk = readAt(fd, Math.max(0, position - CHUNK_BYTES), position)
      position -= chunk.length
      rest = rest.length === 0 ? chunk : Buffer.concat([chunk, rest])
      for (let at = rest.lastIndexOf(NEWLINE); at >= 0; at = rest.lastIndexOf(NEWLINE)) {
        const bytes = rest.subarray(at + 1)
        if (ended || bytes.length > 0) yield { bytes, ended }
        ended = true
        rest = rest.subarray(0, at)
      }
      if (rest.length > MAX_LINE_BYTES) throw new Error(`${file} has a line longer than any audit record`)
    }
    if (ended || rest.length > 0) yield { bytes: rest, ended }
  } finally {
    closeSync(fd)
  }
}

function readAt(fd: number, from: number, to: number): Buffer {
  const buffer = Buffer.alloc(to - from)
  let filled = 0
  while (filled < buffer.length) {
    const read = readSync(fd, buffer, filled, buffer.length - filled, from + filled)
    if (read === 0) throw new Error('the audit log became shorter while it was read')
    filled += read
  }
  return buffer
}
