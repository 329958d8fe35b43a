import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls, type TLSSocket } from 'node:tls'

export interface ClientReply {
  readonly code: number
  /** All lines as they came, without their ends. */
  readonly lines: readonly string[]
}

export interface ClientOptions {
  readonly host: string
  readonly port: number
  /** Connect from this address of this machine. */
  readonly localAddress?: string | undefined
}

/** A TLS connection with its TCP connection, so that a case decides how it ends. */
export interface Wire {
  readonly tls: TLSSocket
  readonly raw: Socket
}

/** Servers send their tickets with the first bytes after the handshake, if at all. */
const TICKET_PATIENCE_MS = 1_000

/** An FTPS client that does only what a case tells it to. Nothing in it has a timer: the case has one. */
export class Client implements Disposable {
  readonly control: TLSSocket
  readonly #options: ClientOptions
  readonly #replies: AsyncGenerator<ClientReply>
  readonly #wires: Wire[] = []
  readonly #ticketed: Promise<unknown>
  #ticket: Buffer | undefined

  private constructor(wire: Wire, options: ClientOptions) {
    this.control = wire.tls
    this.#wires.push(wire)
    this.#options = options
    this.#replies = parseReplies(wire.tls)
    wire.tls.on('session', ticket => {
      this.#ticket = ticket
    })
    const ticketed = once(wire.tls, 'session').catch(() => undefined)
    this.#ticketed = Promise.race([ticketed, delay(TICKET_PATIENCE_MS, undefined, { ref: false })])
  }

  /** The greeting is the first reply to come. */
  static async connect(options: ClientOptions): Promise<Client> {
    return new Client(await dial(options), options)
  }

  send(text: string): void {
    this.control.write(text)
  }

  /** @throws Error when the connection ends first */
  async reply(): Promise<ClientReply> {
    const next = await this.#replies.next()
    if (next.done) throw new Error('the server closed the control connection')
    return next.value
  }

  /** The first reply, which may be a 1xx. */
  async command(line: string): Promise<ClientReply> {
    this.send(`${line}\r\n`)
    return await this.reply()
  }

  /** The reply that ends a command. */
  async finalReply(): Promise<ClientReply> {
    let reply = await this.reply()
    while (reply.code < 200) reply = await this.reply()
    return reply
  }

  /** A passive port. @throws Error when the server gives none */
  async passive(): Promise<number> {
    const reply = await this.command('EPSV')
    const port = /\|\|\|(\d+)\|/.exec(reply.lines.at(-1) ?? '')?.[1]
    if (reply.code !== 229 || port === undefined) throw new Error(`EPSV was answered ${reply.lines.at(-1)}`)
    return Number(port)
  }

  /** The session's own data connection: it resumes the TLS session of the control connection. */
  async data(port: number): Promise<Wire> {
    await this.#ticketed
    const wire = await dial({ ...this.#options, port }, this.#ticket)
    this.#wires.push(wire)
    return wire
  }

  /** Bytes and last reply of a RETR; no bytes when it fails. */
  async download(path: string): Promise<{ bytes: Buffer; reply: ClientReply }> {
    const wire = await this.data(await this.passive())
    const opening = await this.command(`RETR ${path}`)
    if (opening.code >= 400) return { bytes: Buffer.alloc(0), reply: opening }
    const arriving = readAll(wire)
    const reply = await this.reply()
    // Where the transfer failed, nobody may ever end the data connection.
    return { bytes: reply.code === 226 ? await arriving : Buffer.alloc(0), reply }
  }

  /** The last reply of a STOR. */
  async upload(path: string, bytes: Uint8Array | string): Promise<ClientReply> {
    const wire = await this.data(await this.passive())
    const opening = await this.command(`STOR ${path}`)
    if (opening.code >= 400) return opening
    wire.tls.resume()
    wire.tls.end(bytes)
    return await this.reply()
  }

  [Symbol.dispose](): void {
    for (const wire of this.#wires) wire.tls.destroy()
  }
}

/** A TLS connection whose handshake may still be under way; without a ticket it is anybody's. */
export async function dial({ host, port, localAddress }: ClientOptions, session?: Buffer): Promise<Wire> {
  const raw = connectTcp({ host, port, ...(localAddress === undefined ? {} : { localAddress }) })
  await once(raw, 'connect')
  raw.on('error', ignore)
  // The certificate of a server under test is its own.
  const tls = connectTls({ socket: raw, rejectUnauthorized: false, ...(session ? { session } : {}) })
  tls.on('error', ignore)
  return { tls, raw }
}

/** What arrives until the other side ends; a connection that breaks ends too. */
export async function readAll({ tls }: Wire): Promise<Buffer> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of tls) chunks.push(chunk as Buffer)
  } catch {
    // What came is what there is to judge.
  }
  return Buffer.concat(chunks)
}

async function* parseReplies(socket: TLSSocket): AsyncGenerator<ClientReply> {
  socket.setEncoding('utf8')
  let rest = ''
  let lines: string[] = []
  for await (const chunk of socket) {
    const parts = (rest + chunk).split('\r\n')
    rest = parts.pop() ?? ''
    for (const line of parts) {
      lines.push(line)
      if (!/^\d{3} /.test(line) || !line.startsWith(lines[0]?.slice(0, 3) ?? '')) continue
      yield { code: Number(line.slice(0, 3)), lines }
      lines = []
    }
  }
}

const ignore = () => {}
