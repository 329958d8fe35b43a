import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

/** After so many the rest goes at once: what matters is that records are cut, not how long it takes. */
const MOST = 100

/** TCP whose writes are cut into segments of so many bytes, wherever in a TLS record that is. */
export class Segments extends Duplex {
  readonly #tcp: Socket
  readonly #size: number
  #left = MOST

  constructor(tcp: Socket, size: number) {
    super()
    this.#tcp = tcp
    this.#size = size
    tcp.on('data', chunk => this.push(chunk))
    tcp.on('end', () => this.push(null))
    tcp.on('close', () => this.destroy())
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#left <= 0 || chunk.length <= this.#size) {
      this.#tcp.write(chunk, () => done())
      return
    }
    this.#left--
    this.#tcp.write(chunk.subarray(0, this.#size), () =>
      setImmediate(() => this._write(chunk.subarray(this.#size), _encoding, done)),
    )
  }

  override _final(done: () => void): void {
    this.#tcp.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#tcp.destroy()
    done(error)
  }
}
