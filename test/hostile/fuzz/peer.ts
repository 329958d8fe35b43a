import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import { LineReader } from '../../../src/protocol/line-reader.js'
import { isForeignProtocol } from '../../../src/session/foreign-protocol.js'
import { PASSWORD } from '../../helpers/server.js'
import { ReplyReader, Violation } from './replies.js'
import { Segments } from './segments.js'

/** Nothing takes so long, however busy the machine is. */
const PATIENCE_MS = 30_000
/** Of a line after login: sixteen times the limit. */
const ENDLESS = 65_536
/** Also where Telnet bytes within it will be removed. */
const MAY_LOG_OUT = /U[^A-Z]*S[^A-Z]*E[^A-Z]*R/i

let shared: SecureContext | undefined
/** One for all: making one for each connection would cost more than the handshake. */
export const clientContext = (): SecureContext => {
  shared ??= createSecureContext({ minVersion: 'TLSv1.2' })
  return shared
}

/** One control connection, and the count of what it said and was answered. */
export class Peer {
  readonly tcp: Socket
  readonly socket: TLSSocket
  readonly replies: ReplyReader
  ticket: Buffer | undefined
  /** Lines sent; each has exactly one final reply coming. */
  lines = 0
  loggedIn = false
  /** Cuts as the server does, but for its limits. */
  readonly #cutter = new LineReader(1 << 30)
  #mayEnd = true
  #mayVanish = false
  #closed = false
  #violation: unknown
  readonly #waiting = new Set<() => void>()

  private constructor(tcp: Socket, socket: TLSSocket, forbidden: readonly string[]) {
    this.tcp = tcp
    this.socket = socket
    // The greeting answers no line.
    this.lines = 1
    this.replies = new ReplyReader(forbidden)
    socket.setEncoding('utf8')
    socket.on('session', (ticket: Buffer) => {
      this.ticket = ticket
    })
    socket.on('data', (text: string) => this.#arrived(text))
    const close = () => {
      this.#closed = true
      this.#wake()
    }
    socket.on('end', close).on('error', close).on('close', close)
    tcp.on('error', close).on('close', close)
  }

  /** @param segment most bytes of a TCP segment, 0 for no bound */
  static async connect(port: number, segment: number, forbidden: readonly string[]): Promise<Peer> {
    const tcp = connectTcp({ port, host: '127.0.0.1', noDelay: true })
    await once(tcp, 'connect')
    const through = segment > 0 ? new Segments(tcp, segment) : tcp
    const socket = connect({ socket: through, secureContext: clientContext(), rejectUnauthorized: false })
    const peer = new Peer(tcp, socket, forbidden)
    await peer.settled()
    return peer
  }

  /** The server has taken its leave, or the connection is gone. */
  get over(): boolean {
    return this.#closed || this.replies.ended
  }

  /** Sends lines, each with its end. */
  send(bytes: Buffer): void {
    this.#note(bytes)
    if (!this.#closed) this.socket.write(bytes)
  }

  sendInRecords(bytes: Buffer, record: number): void {
    this.#note(bytes)
    // Only so many small ones: each costs as much as a large one.
    const small = record === 0 ? 0 : Math.min(bytes.length, record * 200)
    for (let at = 0; at < small && !this.#closed; at += record)
      this.socket.write(bytes.subarray(at, Math.min(at + record, small)))
    if (small < bytes.length && !this.#closed) this.socket.write(bytes.subarray(small))
  }

  async command(line: string): Promise<string> {
    this.send(Buffer.from(`${line}\r\n`, 'latin1'))
    await this.settled()
    return this.replies.last
  }

  /** @throws Violation when the login is refused */
  async login(user: string): Promise<void> {
    await this.command(`USER ${user}`)
    const reply = await this.command(`PASS ${PASSWORD}`)
    if (this.over) return
    if (!reply.startsWith('230 ')) throw new Violation(`the login was refused: ${reply}`)
    this.loggedIn = true
    this.#mayEnd = false
    this.#mayVanish = false
  }

  /** Resolves when each line has its final reply, or the connection is over. @throws Violation */
  async settled(): Promise<void> {
    const deadline = setTimeout(
      () => this.#fail(new Violation(this.#count('no reply for half a minute'))),
      PATIENCE_MS,
    )
    try {
      while (this.#violation === undefined && !this.over && this.replies.finals < this.lines)
        await this.#change()
    } finally {
      clearTimeout(deadline)
    }
    if (this.#violation !== undefined) throw this.#violation
    if (this.replies.finals > this.lines) throw new Violation(this.#count('too many replies'))
    if (this.replies.ended && this.replies.last.startsWith('421') && !this.#mayEnd)
      throw new Violation(this.#count('the session was ended'))
    if (this.#closed && !this.replies.ended && !this.#mayVanish && !this.tcp.destroyed)
      throw new Violation(this.#count('closed without a word'))
  }

  /** Resolves when the connection is closed. @throws Violation when the server keeps it open */
  async closed(): Promise<void> {
    const deadline = setTimeout(
      () => this.#fail(new Violation(this.#count('not closed for half a minute'))),
      PATIENCE_MS,
    )
    while (!this.#closed && this.#violation === undefined) await this.#change()
    clearTimeout(deadline)
    if (this.#violation !== undefined) throw this.#violation
  }

  /** Whether what was sent has been answered line by line, neither more nor less. @throws Violation */
  async checkCount(): Promise<void> {
    if (this.over) return
    const reply = await this.command('HELP QUIT')
    if (!this.over && reply !== '214 QUIT')
      throw new Violation(this.#count(`another reply in its place: ${reply}`))
  }

  /** From here on the server may close as it likes. */
  expectEnd(): void {
    this.#mayEnd = true
    this.#mayVanish = true
  }

  destroy(): void {
    this.socket.destroy()
    this.tcp.destroy()
  }

  #note(bytes: Buffer): void {
    for (const line of this.#cutter.push(bytes)) {
      this.lines++
      if (line.kind !== 'line') continue
      const { bytes: text } = line
      if (MAY_LOG_OUT.test(text.toString('latin1'))) this.loggedIn = false
      if (!this.loggedIn || text.length > ENDLESS) this.#mayEnd = true
      if (!this.loggedIn && isForeignProtocol(text)) this.#mayVanish = true
    }
  }

  #arrived(text: string): void {
    try {
      this.replies.push(text)
    } catch (violation) {
      this.#fail(violation)
    }
    if (this.replies.finals >= this.lines || this.replies.ended) this.#wake()
  }

  #change(): Promise<void> {
    return new Promise(resolve => this.#waiting.add(resolve))
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  #fail(violation: unknown): void {
    this.#violation ??= violation
    this.#wake()
  }

  #count(what: string): string {
    return `${what}: ${this.replies.finals} replies to ${this.lines} lines, the last ${JSON.stringify(this.replies.last)}`
  }
}
