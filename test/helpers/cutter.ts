import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'

/** TCP that ends after so many more bytes, wherever in a TLS record that is. */
export class Cutter extends Duplex {
  readonly tcp: Socket
  readonly #how: 'FIN' | 'RST'
  left = Number.POSITIVE_INFINITY

  constructor(tcp: Socket, how: 'FIN' | 'RST' = 'FIN') {
    super()
    this.tcp = tcp
    this.#how = how
    tcp.on('data', chunk => this.push(chunk))
    tcp.on('end', () => this.push(null))
    tcp.on('error', () => undefined)
  }

  static async connect(port: number, how?: 'FIN' | 'RST'): Promise<Cutter> {
    const tcp = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    await once(tcp, 'connect')
    return new Cutter(tcp, how)
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const passed = chunk.subarray(0, this.left)
    this.left -= passed.length
    if (this.left > 0) this.tcp.write(passed, done)
    else if (this.#how === 'FIN') this.tcp.end(passed, done)
    else
      this.tcp.write(passed, () => {
        this.tcp.resetAndDestroy()
        done()
      })
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.tcp.destroy()
    done(error)
  }
}
