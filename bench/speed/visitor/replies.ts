import type { Socket } from 'node:net'

/** The last line of a reply; those before it, and what follows on further lines, say nothing the bench needs. */
const LAST_LINE = /^\d{3} /

/** The replies of a control connection, one by one. */
export class Replies {
  readonly #socket: Socket
  readonly #come: string[] = []
  #rest = ''
  #closed = false
  #wake: (() => void) | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', this.#read)
    socket.on('error', this.#end)
    socket.on('close', this.#end)
  }

  /** The next reply; a 125 will do for a 150. @throws Error with the reply when it is another */
  async expect(code: number): Promise<string> {
    while (this.#come.length === 0) {
      if (this.#closed) throw new Error('the server closed the control connection')
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    const reply = this.#come.shift() ?? ''
    const given = Number(reply.slice(0, 3))
    if (given === code || (code === 150 && given === 125)) return reply
    throw new Error(`the server said ${reply}`)
  }

  /** Lets TLS take the socket over. */
  leave(): void {
    this.#socket.off('data', this.#read)
  }

  readonly #read = (chunk: Buffer) => {
    const lines = (this.#rest + chunk.toString('latin1')).split('\r\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) if (LAST_LINE.test(line)) this.#come.push(line)
    this.#wake?.()
  }

  readonly #end = () => {
    this.#closed = true
    this.#wake?.()
  }
}
