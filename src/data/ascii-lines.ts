import type { ByteSource } from '../core/ports.js'

const CR = 0x0d
const LF = 0x0a

/** TYPE A on the way out: a bare LF becomes CRLF (RFC 959 §3.1.1.1); a CRLF in the file stays one. */
export async function* toNetworkLines(source: ByteSource): ByteSource {
  let last = 0
  for await (const chunk of source) {
    const out = Buffer.allocUnsafe(chunk.length * 2)
    let length = 0
    for (const byte of chunk) {
      if (byte === LF && last !== CR) out[length++] = CR
      out[length++] = byte
      last = byte
    }
    yield out.subarray(0, length)
  }
}

/** TYPE A on the way in: CRLF becomes LF, a CR by itself stays. */
export class FromNetworkLines {
  #heldCr = false

  convert(chunk: Uint8Array): Uint8Array {
    const out = Buffer.allocUnsafe(chunk.length + 1)
    let length = 0
    for (const byte of chunk) {
      if (this.#heldCr && byte !== LF) out[length++] = CR
      this.#heldCr = byte === CR
      if (!this.#heldCr) out[length++] = byte
    }
    return out.subarray(0, length)
  }

  /** What was held back because its LF could have come in the next chunk. */
  end(): Uint8Array {
    const rest = this.#heldCr ? Buffer.from([CR]) : Buffer.alloc(0)
    this.#heldCr = false
    return rest
  }
}
