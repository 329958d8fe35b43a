import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { PASSWORD } from './server.js'

export interface ReplyText {
  readonly code: number
  /** All lines without their ends. */
  readonly lines: readonly string[]
  /** The last line without its code. */
  readonly text: string
}

/** The types of `tls.connect` lack what it passes on to `net.connect`. */
export interface ClientOptions extends ConnectionOptions {
  readonly localAddress?: string
  /** What text is on the control connection; UTF-8 if left out. With `latin1` a test says each byte itself. */
  readonly encoding?: BufferEncoding
}

export interface DataOptions extends ClientOptions {
  /** Resume this session in place of the control connection's newest; null for a fresh handshake. */
  readonly ticket?: Buffer | null
}

/** `secureConnecting` is documented for Node 20 and missing in its types. */
export type DataSocket = TLSSocket & { readonly secureConnecting?: boolean }

/** A client that does exactly what a test tells it to, and nothing by itself. */
export class FtpClient implements Disposable {
  readonly socket: TLSSocket
  /** The newest session ticket of the control connection. */
  ticket: Buffer | undefined
  readonly #options: ClientOptions
  readonly #encoding: BufferEncoding
  #text = ''
  #arrived: (() => void) | undefined
  #ended = false
  #firstTicket: Promise<unknown>

  private constructor(socket: TLSSocket, options: ClientOptions) {
    this.socket = socket
    const { encoding = 'utf8', ...rest } = options
    this.#encoding = encoding
    this.#options = rest
    this.#firstTicket = once(socket, 'session').catch(() => {})
    socket.on('session', (ticket: Buffer) => {
      this.ticket = ticket
    })
    socket.setEncoding(encoding)
    socket.on('data', (text: string) => {
      this.#text += text
      this.#arrived?.()
    })
    const end = () => {
      this.#ended = true
      this.#arrived?.()
    }
    socket.on('end', end).on('error', end).on('close', end)
  }

  static async connect(port: number, options: ClientOptions = {}): Promise<FtpClient> {
    const all = { host: '127.0.0.1', port, rejectUnauthorized: false, ...options }
    const { encoding: _, ...tls } = all
    const socket = connect(tls)
    const client = new FtpClient(socket, all)
    await once(socket, 'secureConnect')
    assert.equal((await client.reply()).code, 220)
    return client
  }

  static async login(port: number, options: ClientOptions & { user?: string } = {}): Promise<FtpClient> {
    const { user = 'acme', ...rest } = options
    const client = await FtpClient.connect(port, rest)
    assert.equal((await client.command(`USER ${user}`)).code, 331)
    assert.equal((await client.command(`PASS ${PASSWORD}`)).code, 230)
    return client
  }

  send(text: string | Buffer): void {
    this.socket.write(text, this.#encoding)
  }

  async command(line: string): Promise<ReplyText> {
    this.send(`${line}\r\n`)
    return await this.reply()
  }

  /** The next reply, of however many lines. @throws when the connection ends before it */
  async reply(): Promise<ReplyText> {
    for (;;) {
      const match = /^(?:(\d{3})-(?:.*\r\n)*?)?(?:\1|\d{3}) .*\r\n/.exec(this.#text)
      if (match) {
        this.#text = this.#text.slice(match[0].length)
        const lines = match[0].split('\r\n').slice(0, -1)
        const last = lines.at(-1) ?? ''
        return { code: Number(last.slice(0, 3)), lines, text: last.slice(4) }
      }
      if (this.#ended) throw new Error(`connection ended with ${JSON.stringify(this.#text)} unread`)
      await new Promise<void>(resolve => {
        this.#arrived = resolve
      })
    }
  }

  /** Resolves to what was still said when the server closes the connection. */
  async ended(): Promise<string> {
    while (!this.#ended)
      await new Promise<void>(resolve => {
        this.#arrived = resolve
      })
    return this.#text
  }

  async passive(): Promise<number> {
    const reply = await this.command('EPSV')
    assert.equal(reply.code, 229, reply.lines.join())
    return Number(/\|\|\|(\d+)\|/.exec(reply.text)?.[1])
  }

  /** Opens a data connection, by default as a proper client does: resuming the control connection's session. */
  async data(port: number, { ticket, ...options }: DataOptions = {}): Promise<DataSocket> {
    await this.#firstTicket
    const session = ticket === undefined ? this.ticket : (ticket ?? undefined)
    const socket: DataSocket = connect({
      ...this.#options,
      ...options,
      port,
      ...(session ? { session } : {}),
    })
    socket.on('error', () => {})
    return socket
  }

  /** RETR, LIST and the like: the bytes and the final reply. */
  async download(line: string): Promise<{ bytes: Buffer; reply: ReplyText }> {
    const socket = await this.data(await this.passive())
    const opening = await this.command(line)
    if (opening.code >= 400) {
      socket.destroy()
      return { bytes: Buffer.alloc(0), reply: opening }
    }
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk as Buffer)
    return { bytes: Buffer.concat(chunks), reply: await this.reply() }
  }

  /** STOR and the like: the final reply. */
  async upload(line: string, bytes: Buffer | string): Promise<ReplyText> {
    const socket = await this.data(await this.passive())
    const opening = await this.command(line)
    if (opening.code >= 400) {
      socket.destroy()
      return opening
    }
    // Node ends a connection without close_notify when its handshake is not yet done.
    if (socket.connecting || socket.secureConnecting) await once(socket, 'secureConnect').catch(() => {})
    socket.resume()
    socket.end(bytes)
    return await this.reply()
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }
}
