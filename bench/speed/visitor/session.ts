import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect, createSecureContext, type TLSSocket } from 'node:tls'
import type { Address } from '../server.js'
import { Replies } from './replies.js'

/** One for all connections: making one is dearer than a handshake. */
const TLS = {
  secureContext: createSecureContext({
    minVersion: 'TLSv1.3',
    ciphers: 'TLS_AES_128_GCM_SHA256',
    ecdhCurve: 'P-256',
  }),
  rejectUnauthorized: false,
}

/** A logged-in client that does as little as it can: it shares the machine with the server that is measured. */
export class Session {
  readonly #control: TLSSocket
  readonly #replies: Replies
  #ticket: Buffer | undefined

  private constructor(control: TLSSocket) {
    this.#control = control
    this.#replies = new Replies(control)
    control.on('session', ticket => {
      this.#ticket = ticket
    })
  }

  /** TLS and the greeting, no more. */
  static async greet({ port, explicit }: Address): Promise<Session> {
    const socket = connectTcp({ port, host: '127.0.0.1', noDelay: true })
    if (explicit) {
      const plain = new Replies(socket)
      await plain.expect(220)
      socket.write('AUTH TLS\r\n')
      await plain.expect(234)
      plain.leave()
    }
    const control = connect({ ...TLS, socket })
    const session = new Session(control)
    if (explicit) await once(control, 'secureConnect')
    else await session.#replies.expect(220)
    return session
  }

  static async login(address: Address): Promise<Session> {
    const session = await Session.greet(address)
    await session.#command(`USER ${address.user}`, 331)
    await session.#command(`PASS ${address.password}`, 230)
    return session
  }

  /** What a transfer needs. */
  async prepare(): Promise<void> {
    for (const line of ['PBSZ 0', 'PROT P', 'TYPE I']) await this.#command(line, 200)
  }

  async download(path: string): Promise<void> {
    const data = await this.#data()
    const ended = new Promise(resolve => data.once('close', resolve))
    data.resume()
    await this.#command(`RETR ${path}`, 150)
    await this.#replies.expect(226)
    await ended
  }

  async upload(path: string, bytes: Uint8Array): Promise<void> {
    const data = await this.#data()
    data.resume()
    data.end(bytes)
    await this.#command(`STOR ${path}`, 150)
    await this.#replies.expect(226)
    data.destroy()
  }

  close(): void {
    this.#control.destroy()
  }

  async #command(line: string, code: number): Promise<string> {
    this.#control.write(`${line}\r\n`)
    return await this.#replies.expect(code)
  }

  async #data(): Promise<TLSSocket> {
    const port = /\|\|\|(\d+)\|/.exec(await this.#command('EPSV', 229))?.[1]
    const session = this.#ticket === undefined ? {} : { session: this.#ticket }
    // As the control connection is made, on a socket: Node 26 resumes a session only for the host it knows it of.
    const socket = connectTcp({ port: Number(port), host: '127.0.0.1', noDelay: true })
    const data = connect({ ...TLS, ...session, socket })
    socket.on('error', () => data.destroy())
    data.on('error', () => data.destroy())
    return data
  }
}
