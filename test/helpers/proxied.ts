import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { FtpClient } from './ftp-client.js'

/** How the header goes out: before all else, in one segment with the first bytes of TLS, or byte by byte. */
export type Sending = 'first' | 'together' | 'bytes'

/** A connection as a load balancer at 127.0.0.1 passes it on. */
export class Proxied extends Duplex {
  readonly tcp: Socket
  #header: Buffer
  readonly #sending: Sending

  private constructor(tcp: Socket, header: Buffer, sending: Sending) {
    super()
    this.tcp = tcp
    this.#header = header
    this.#sending = sending
    tcp.on('data', chunk => this.push(chunk))
    tcp.on('end', () => this.push(null))
    tcp.on('error', () => {}).once('close', () => this.destroy())
  }

  static async connect(port: number, header: Buffer | string, sending: Sending = 'first'): Promise<Proxied> {
    const tcp = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    await once(tcp, 'connect')
    return new Proxied(tcp, Buffer.from(header as Buffer), sending)
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const header = this.#header
    this.#header = Buffer.alloc(0)
    if (header.length === 0) this.tcp.write(chunk, done)
    else if (this.#sending === 'together') this.tcp.write(Buffer.concat([header, chunk]), done)
    else if (this.#sending === 'first') {
      this.tcp.write(header)
      this.tcp.write(chunk, done)
    } else this.#dribble(Buffer.concat([header, chunk]), done)
  }

  override _final(done: () => void): void {
    this.tcp.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.tcp.destroy()
    done(error)
  }

  #dribble(bytes: Buffer, done: () => void): void {
    if (bytes.length === 0) done()
    else
      this.tcp.write(bytes.subarray(0, 1), () => setImmediate(() => this.#dribble(bytes.subarray(1), done)))
  }
}

/** A header of version 1 for this client, who reached 198.51.100.7:990. */
export const lineFrom = (address: string): string => `PROXY TCP4 ${address} 198.51.100.7 40000 990\r\n`

/** Logs in through the load balancer. */
export const loginThrough = async (port: number, header: Buffer | string, sending?: Sending) =>
  await FtpClient.login(port, { socket: await Proxied.connect(port, header, sending) })
