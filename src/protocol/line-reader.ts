import { withoutLeadingTelnet } from './telnet.js'

/** What came in: a whole line without its end, a line that was too long, or one that never ends. */
export type Line =
  | { readonly kind: 'line'; readonly bytes: Buffer }
  | { readonly kind: 'too_long' }
  | { readonly kind: 'endless' }

const LF = 0x0a
const CR = 0x0d

/** How many times the limit a line may overrun before its sender is taken for hostile. */
const ENDLESS_FACTOR = 16

/**
 * Cuts the control connection into lines, however the bytes are spread over TLS records. Holds at most `limit`
 * bytes. A bare LF ends a line as CRLF does; Telnet commands before the verb are removed. Those in the argument depend
 * on the character set, which a command that is still waiting may change.
 */
export class LineReader {
  /** Most bytes of a line, its end not counted. Raised after login. */
  limit: number
  #held: Buffer[] = []
  #length = 0
  #skipped = 0

  constructor(limit: number) {
    this.limit = limit
  }

  *push(chunk: Uint8Array): Generator<Line> {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    while (rest.length > 0) {
      const end = rest.indexOf(LF)
      const piece = end < 0 ? rest : rest.subarray(0, end)
      rest = end < 0 ? rest.subarray(rest.length) : rest.subarray(end + 1)
      this.#hold(piece)
      if (this.#skipped > this.limit * ENDLESS_FACTOR) {
        yield { kind: 'endless' }
        return
      }
      if (end >= 0) yield this.#take()
    }
  }

  #hold(piece: Buffer): void {
    // One more than the limit: the CR of the line end is not part of the line.
    if (this.#skipped > 0 || this.#length + piece.length > this.limit + 1) {
      this.#skipped += this.#length + piece.length
      this.#held = []
      this.#length = 0
    } else if (piece.length > 0) {
      // Copied, because a small line must not keep its whole TLS record alive.
      this.#held.push(Buffer.from(piece))
      this.#length += piece.length
    }
  }

  #take(): Line {
    const tooLong = this.#skipped > 0
    let bytes = Buffer.concat(this.#held)
    this.#held = []
    this.#length = 0
    this.#skipped = 0
    if (bytes.at(-1) === CR) bytes = bytes.subarray(0, -1)
    if (tooLong || bytes.length > this.limit) return { kind: 'too_long' }
    return { kind: 'line', bytes: withoutLeadingTelnet(bytes) }
  }
}
