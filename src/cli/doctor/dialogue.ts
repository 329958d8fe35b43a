import { once } from 'node:events'
import type { TLSSocket } from 'node:tls'
import { connectLocally, type LocalTarget } from '../local-target.js'

/** Who answers with more than this is no FTP server. */
const MAX_UNREAD = 64 * 1024
const REPLY = /^(?:(\d{3})-(?:.*\r\n)*?)?(?:\1|\d{3}) .*\r\n/

/** Longer than the slowest answer takes, a login while others guess passwords. */
export const PATIENCE_MS = 10_000

export interface Answer {
  readonly code: number
  /** The last line, without its end. */
  readonly line: string
}

/** What stands first in the text, and the rest; undefined while it is incomplete (RFC 959 §4.2). */
export function takeReply(text: string): readonly [Answer, rest: string] | undefined {
  const [whole] = REPLY.exec(text) ?? []
  if (whole === undefined) return undefined
  const line = whole.split('\r\n').at(-2) ?? ''
  return [{ code: Number(line.slice(0, 3)), line }, text.slice(whole.length)]
}

/** A control connection, from the client's end. */
export class Dialogue implements Disposable {
  readonly socket: TLSSocket
  readonly #session: Promise<Buffer | undefined>
  #text = ''
  #end: Error | undefined
  #moved: (() => void) | undefined

  private constructor(socket: TLSSocket) {
    this.socket = socket
    this.#session = once(socket, 'session').then(
      ([session]) => session as Buffer,
      () => undefined,
    )
    socket.setTimeout(PATIENCE_MS, () =>
      socket.destroy(
        Object.assign(new Error(`nothing came within ${PATIENCE_MS / 1000} s`), { code: 'ETIMEDOUT' }),
      ),
    )
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      this.#text += text
      if (this.#text.length > MAX_UNREAD) socket.destroy(new Error('what answers there is no FTP server'))
      this.#moved?.()
    })
    const end = (error?: Error) => {
      this.#end ??= error ?? new Error('the server closed the connection')
      this.#moved?.()
    }
    socket
      .on('error', end)
      .on('end', () => end())
      .on('close', () => end())
  }

  /** Resolves when TLS is up. @param signal destroys it, with its reason. @throws Error from TCP and TLS */
  static async open(target: LocalTarget, signal: AbortSignal, servername?: string): Promise<Dialogue> {
    signal.throwIfAborted()
    const socket = connectLocally(target, {
      ALPNProtocols: ['ftp'],
      ...(servername === undefined ? {} : { servername }),
    })
    const abort = () => socket.destroy(signal.reason)
    signal.addEventListener('abort', abort)
    socket.once('close', () => signal.removeEventListener('abort', abort))
    const dialogue = new Dialogue(socket)
    const closed = once(socket, 'close').then(() => {
      throw dialogue.#end
    })
    closed.catch(() => {})
    await Promise.race([once(socket, 'secureConnect'), closed])
    return dialogue
  }

  /** @throws Error when the connection ends before it */
  async reply(): Promise<Answer> {
    for (;;) {
      const taken = takeReply(this.#text)
      if (taken) {
        this.#text = taken[1]
        return taken[0]
      }
      if (this.#end) throw this.#end
      await new Promise<void>(resolve => {
        this.#moved = resolve
      })
    }
  }

  /** `line`: without its end. @throws Error as `reply` */
  async command(line: string): Promise<Answer> {
    this.socket.write(`${line}\r\n`)
    return await this.reply()
  }

  /** Says goodbye, and resolves when the connection is closed: the place it took is free for the next one. */
  async quit(): Promise<void> {
    await this.command('QUIT')
    const { socket } = this
    if (socket.closed) return
    const closed = once(socket, 'close').catch(() => {})
    socket.end()
    await closed
  }

  /** The TLS session, to be resumed by data connections; undefined where the server gave none. */
  get session(): Promise<Buffer | undefined> {
    return this.#session
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }
}
